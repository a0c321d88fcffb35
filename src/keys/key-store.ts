import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm } from '../base/key-options.js'
import { makePrivateFolder } from '../base/private-folder.js'
import { findMisfit, findWeakness } from './algorithms.js'
import { listKeyFiles, readKeyFolder } from './key-folder.js'
import { deriveKeyId } from './key-id.js'
import { type KeySchedule, scheduleKeys } from './key-schedule.js'
import { makeKey } from './make-key.js'
import { planRotation, type RotationPlan, type RotationRules } from './rotation.js'
import { type StoredKey, writeStoredKey } from './stored-key.js'
import { codeOf, syncFolder, writeNewFile } from './write-new-file.js'

const NUMBERED = /^(\d{1,9})\.json$/
/** A draft that a crash left behind. It is older than any write takes. */
const DRAFT = /^\.\d+\.json\.[0-9a-f]{16}$/
const DRAFT_MS = 60_000

export interface NewKey {
  readonly algorithm: Algorithm
  /** Null to generate a new key. */
  readonly material: KeyObject | null
  readonly activeFrom: number
  readonly formerRetiredAt: number | null
}

/**
 * Changes the keys folder. A file is written once and never changed, only removed: so a concurrent or killed process
 * cannot bring back a key that was removed.
 * @throws {OptionError} from every method, naming the folder or the file.
 */
export interface KeyStore {
  schedule(): Promise<KeySchedule>
  /** Adds a key under the next number. */
  add(key: NewKey): Promise<StoredKey>
  /** Makes the next key, unless one is upcoming or the signing key is young. Returns what it did. */
  rotate(rules: RotationRules & { everySeconds: number; algorithm?: Algorithm }): Promise<{
    plan: RotationPlan
    made: StoredKey | null
    /** The retired keys that were removed. */
    removed: readonly StoredKey[]
  }>
  /** Removes a key at once. When no other key could sign, it makes one first. Resolves to null for an unknown `kid`. */
  remove(kid: string): Promise<Removal | null>
  /** Whether the folder has no keys or does not exist. */
  isEmpty(): Promise<boolean>
}

export interface Removal {
  readonly removed: StoredKey
  /** The key that signs from now on. */
  readonly signing: StoredKey
  readonly isNew: boolean
}

export function createKeyStore(parts: { folder: string; clock: Clock }): KeyStore {
  const { folder, clock } = parts

  async function schedule(): Promise<KeySchedule> {
    return scheduleKeys((await readKeyFolder(folder)).keys, clock.now())
  }

  /** Writes the file. Returns null when another process took the number. */
  function write(number: number, key: NewKey): StoredKey | null {
    const { algorithm, activeFrom, formerRetiredAt } = key
    const material = key.material ?? makeKey(algorithm)
    const verifying = publicOf(material)
    const stored = {
      file: `${String(number).padStart(4, '0')}.json`,
      kid: deriveKeyId(verifying),
      algorithm,
      signing: material.type === 'public' ? null : material,
      verifying,
      activeFrom,
      retiredAt: null,
      formerRetiredAt,
    }
    const path = join(folder, stored.file)
    try {
      return writeNewFile(path, writeStoredKey(stored, material)) ? stored : null
    } catch (cause) {
      throw new OptionError('keysDir', `${path} cannot be written (${codeOf(cause)})`, { cause })
    }
  }

  function unlink(file: string): void {
    const path = join(folder, file)
    try {
      unlinkSync(path)
      syncFolder(folder)
    } catch (cause) {
      // Another process removed it already.
      if (codeOf(cause) === 'ENOENT') return
      throw new OptionError('keysDir', `${path} cannot be removed (${codeOf(cause)})`, { cause })
    }
  }

  /** Removes the drafts of processes that were killed while writing. */
  function sweep(): void {
    for (const name of readdirSync(folder)) {
      if (!DRAFT.test(name)) continue
      const status = statSync(join(folder, name), { throwIfNoEntry: false })
      if (status !== undefined && clock.now() - status.mtimeMs > DRAFT_MS) unlink(name)
    }
  }

  async function add(key: NewKey): Promise<StoredKey> {
    makeFolder(folder)
    refuseUnfit(key)
    for (;;) {
      const { keys } = await schedule()
      const kid = key.material === null ? null : deriveKeyId(publicOf(key.material))
      const same = keys.find((one) => one.kid === kid)
      if (same !== undefined)
        throw new OptionError('keysDir', `${join(folder, same.file)} has this key already`)
      const stored = write(nextNumber(keys), key)
      if (stored !== null) return stored
    }
  }

  return {
    schedule,

    add,

    async rotate(rules) {
      for (;;) {
        const found = await schedule()
        // Before the plan, so that of two concurrent rotations only one gets the number.
        const number = nextNumber(found.keys)
        const plan = planRotation(found, clock.now(), rules)
        let made: StoredKey | null = null
        if (plan.kind === 'rotate') {
          const { activeFrom, formerRetiredAt, signing } = plan
          const algorithm = rules.algorithm ?? signing.algorithm
          made = write(number, { algorithm, material: null, activeFrom, formerRetiredAt })
          if (made === null) continue
        }
        const removed = found.keys.filter(({ state }) => state === 'retired')
        for (const { file } of removed) unlink(file)
        sweep()
        return { plan, made, removed }
      }
    },

    async remove(kid) {
      const { keys } = await schedule()
      const removed = keys.find((key) => key.kid === kid)
      if (removed === undefined) return null
      const rest = keys.filter((key) => key !== removed)
      const other = scheduleKeys(rest, clock.now()).signing
      const signing = other ?? (await add(successorOf(removed)))
      unlink(removed.file)
      return { removed, signing, isNew: other === null }
    },

    async isEmpty() {
      return !existsSync(folder) || (await listKeyFiles(folder)).length === 0
    },
  }

  function successorOf({ algorithm }: StoredKey): NewKey {
    return { algorithm, material: null, activeFrom: clock.now(), formerRetiredAt: null }
  }
}

function makeFolder(folder: string): void {
  try {
    makePrivateFolder(folder)
  } catch (cause) {
    throw new OptionError('keysDir', `${folder} cannot be made (${codeOf(cause)})`, { cause })
  }
}

function publicOf(material: KeyObject): KeyObject {
  return material.type === 'private' ? createPublicKey(material) : material
}

function refuseUnfit({ material, algorithm }: NewKey): void {
  if (material === null) return
  const key = publicOf(material)
  const problem = (key.type === 'secret' ? null : findWeakness(key)) ?? findMisfit(key, algorithm)
  if (problem !== null) throw new OptionError('algorithm', problem)
}

function nextNumber(keys: readonly StoredKey[]): number {
  return 1 + Math.max(0, ...keys.map(({ file }) => Number(NUMBERED.exec(file)?.[1] ?? 0)))
}
