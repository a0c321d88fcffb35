import type { Clock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm } from '../base/key-options.js'
import type { Logger } from '../base/logger.js'
import { type KeyFolder, readKeyFolder } from './key-folder.js'
import { scheduleKeys } from './key-schedule.js'
import type { BoundKey, Keyring } from './keyring.js'

/** A keyring whose keys change while the server runs. */
export interface FolderKeyring extends Keyring {
  /** Reads the folder now. Never rejects: when the set is invalid, it logs an error and keeps the previous set. */
  reload(): Promise<void>
  /** Stops reading at intervals. */
  stop(): Promise<void>
}

interface InForce {
  readonly signing: BoundKey | null
  readonly verifying: ReadonlyMap<Algorithm, readonly BoundKey[]>
  readonly shown: readonly BoundKey[]
  readonly from: number
  readonly until: number
}

const NONE: readonly BoundKey[] = Object.freeze([])

/**
 * Opens the keyring of a folder that instances share. The folder is polled, because a file system does not report what
 * another machine writes. The newest active key signs, and all keys that are not retired verify.
 * @throws {OptionError} naming the folder or the file, when the first set is invalid or has no key that can sign now.
 */
export async function openFolderKeyring(parts: {
  folder: string
  reloadSeconds: number
  clock: Clock
  logger: Logger
}): Promise<FolderKeyring> {
  const { folder, clock, logger } = parts
  let read: KeyFolder = await readSigning()
  let inForce = apply(read)
  let version = 1
  let reading: Promise<void> | null = null
  /** The last error that was logged, so that it is not logged at every poll. */
  let told = ''

  /** A set without a signing key is refused: a folder that failed to mount looks the same. */
  async function readSigning(): Promise<KeyFolder> {
    const next = await readKeyFolder(folder)
    if (scheduleKeys(next.keys, clock.now()).signing !== null) return next
    const why = next.keys.length === 0 ? 'has no key' : 'has no key that signs now'
    throw new OptionError('keysDir', `${folder} ${why}; make one by: sallyport keys add`)
  }

  function apply({ keys }: KeyFolder): InForce {
    const schedule = scheduleKeys(keys, clock.now())
    const verifying = new Map<Algorithm, readonly BoundKey[]>()
    const shown: BoundKey[] = []
    for (const { state, kid, algorithm, verifying: key } of schedule.keys) {
      if (state === 'retired') continue
      const bound = Object.freeze({ kid, algorithm, key })
      verifying.set(algorithm, [...(verifying.get(algorithm) ?? []), bound])
      if (key.type === 'public') shown.push(bound)
    }
    const signer = schedule.signing
    const signing =
      signer?.signing == null
        ? null
        : Object.freeze({ kid: signer.kid, algorithm: signer.algorithm, key: signer.signing })
    return { signing, verifying, shown, from: schedule.from, until: schedule.until }
  }

  /** Keys become active and retire by the clock, without a change of the folder. */
  function now(): InForce {
    const time = clock.now()
    if (time >= inForce.from && time < inForce.until) return inForce
    inForce = apply(read)
    version++
    return inForce
  }

  async function attempt(): Promise<void> {
    try {
      const next = await readSigning()
      told = ''
      if (next.content === read.content) return
      read = next
      inForce = apply(read)
      version++
      const kids = next.keys.map(({ kid }) => kid)
      logger.info({ kids, signs: inForce.signing?.kid }, 'keysDir: the keys changed')
    } catch (err) {
      const message = err instanceof Error ? err.message : String(err)
      if (message !== told) logger.error({ err }, 'keysDir: the keys read before stay in force')
      told = message
    }
  }

  function reload(): Promise<void> {
    reading ??= attempt().finally(() => {
      reading = null
    })
    return reading
  }

  const timer = setInterval(() => void reload(), parts.reloadSeconds * 1000)
  timer.unref()

  return {
    get version() {
      now()
      return version
    },
    signingKey: () => now().signing,
    candidates({ alg, kid }) {
      const keys = now().verifying.get(alg) ?? NONE
      return kid === undefined ? keys : keys.filter((key) => key.kid === kid)
    },
    publicKeys: () => now().shown,
    reload,
    async stop() {
      clearInterval(timer)
      await reading
    },
  }
}
