import type { Clock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm, KeyOptions, RemoteKeyOptions } from '../base/key-options.js'
import { type Logger, silentLogger } from '../base/logger.js'
import type { VerifyConfig } from '../base/options.js'
import { resolveKeys } from '../base/resolve-options.js'
import { ALGORITHM_NEEDS } from './algorithms.js'
import { fetchJwks } from './fetch-jwks.js'
import { deriveKeyId } from './key-id.js'
import type { BoundKey, KeyHint, Keyring } from './keyring.js'
import { type JwksContent, readJwks } from './read-jwks.js'

export interface RemoteKeyringDependencies {
  readonly config: Pick<VerifyConfig, 'issuers' | 'audiences'>
  readonly clock: Clock
  readonly logger?: Logger
  /** Timeout of one fetch, in milliseconds. @default 5000 */
  readonly timeoutMs?: number
}

const DEFAULT_MAX_AGE_MS = 10 * 60_000
const MIN_MAX_AGE_MS = 60_000
const MAX_MAX_AGE_MS = 60 * 60_000
/** Minimum delay between refetches for an unknown `kid`, and after a failure while keys are loaded. */
const COOLDOWN_MS = 30_000
/** Minimum delay after a failure while no keys are loaded. Short, because every request is refused until then. */
const RETRY_MS = 1_000
/** How long an empty set does not replace loaded keys. An issuer that restarts often publishes one for a moment. */
const EMPTY_GRACE_MS = 5 * 60_000
/** How long a token waits for a fetch, from the fetch's start. The first fetch is waited for until it ends. */
const PATIENCE_MS = 1_000

/**
 * Creates the keyring of `jwksUrl`. It fetches the set at the first token, when the set's age is reached, and, at most
 * once per cooldown, for an unknown `kid`. Concurrent requests share one fetch. While fetches fail, the loaded set
 * stays in force; a token with an unknown `kid`, and any token when no set is loaded, makes `candidates` reject. A set
 * without a usable key replaces loaded keys only after five minutes. An endpoint that hangs delays only the tokens that
 * arrive within the first moment of a fetch.
 * @throws {OptionError} naming the option.
 */
export function createRemoteKeyring(
  options: KeyOptions & RemoteKeyOptions,
  dependencies: RemoteKeyringDependencies,
): Keyring {
  const { config, clock, logger = silentLogger, timeoutMs = 5_000 } = dependencies
  // The issuer signs for other services too. Without both checks, their users' tokens would be accepted here.
  if (config.issuers.length === 0) throw new OptionError('issuer', 'is missing; jwksUrl needs it')
  if (config.audiences.length === 0) throw new OptionError('audience', 'is missing; jwksUrl needs it')
  const url = readJwksUrl(options.jwksUrl)
  const accepted = readAccepted(options)
  const shownUrl = `${url.origin}${url.pathname}`

  let keys: readonly BoundKey[] | null = null
  let unnamed: ReadonlySet<BoundKey> = new Set()
  /** When the set was first found empty while keys are loaded. */
  let emptySince: number | null = null
  let content = ''
  let version = 1
  /** Whether the set is due for a refetch. */
  let isDue = true
  let dueAt = 0
  let startedAt = Number.NEGATIVE_INFINITY
  /** Why the last fetch failed. Null when it did not. */
  let failure: Error | null = null
  let reading: Reading | null = null

  function read(): Reading {
    reading ??= startReading(
      attempt().finally(() => {
        reading = null
      }),
    )
    return reading
  }

  /** Never rejects. */
  async function attempt(): Promise<void> {
    // An old failure says nothing about this fetch.
    if (clock.elapsed() - startedAt >= 2 * COOLDOWN_MS) failure = null
    startedAt = clock.elapsed()
    try {
      const { value, maxAgeSeconds } = await fetchJwks(url, timeoutMs)
      const next = readJwks(value, accepted)
      refuseSuddenlyEmpty(next)
      adopt(next)
      failure = null
      dueAt = clock.elapsed() + boundAge(maxAgeSeconds)
    } catch (cause) {
      failure = new Error(`${shownUrl}: ${explain(cause)}`, { cause })
      dueAt = clock.elapsed() + COOLDOWN_MS
      if (keys !== null) logger.error({ err: failure }, 'jwksUrl: the keys read before stay in force')
    }
    isDue = false
  }

  function refuseSuddenlyEmpty(next: JwksContent): void {
    if (next.keys.length > 0 || keys === null || keys.length === 0) {
      emptySince = null
      return
    }
    emptySince ??= clock.elapsed()
    if (clock.elapsed() - emptySince < EMPTY_GRACE_MS) throw new Error('has no key that verifies signatures')
  }

  function adopt(next: JwksContent): void {
    const described = JSON.stringify([next.faults, next.keys.map(describeKey).sort(), next.unnamed.size])
    keys = next.keys
    unnamed = next.unnamed
    if (described === content) return
    content = described
    version++
    for (const fault of next.faults) logger.warn({ url: shownUrl }, `jwksUrl: ${fault}`)
    if (next.keys.length === 0) logger.warn({ url: shownUrl }, 'jwksUrl: no key there verifies signatures')
  }

  /** A set that is due increments the version, so that tokens verified before trigger its refetch too. */
  function noteAge(): void {
    if (isDue || clock.elapsed() < dueAt) return
    isDue = true
    version++
  }

  async function candidatesOfFirst(hint: KeyHint): Promise<readonly BoundKey[]> {
    const hadFailed = failure !== null
    const tooSoon = hadFailed && clock.elapsed() - startedAt < RETRY_MS
    if (reading === null && tooSoon) return find(hint)
    if (!hadFailed) await read().done
    else if (!(await read().soon)) throw failure ?? new Error(`${shownUrl}: is being read`)
    return find(hint)
  }

  /** The unknown `kid` may have been published since. */
  async function candidatesOfUnknown(hint: KeyHint): Promise<readonly BoundKey[]> {
    if (!(await read().soon)) throw failure ?? new Error(`${shownUrl}: is being read`)
    return find(hint)
  }

  function find({ alg, kid }: KeyHint): readonly BoundKey[] {
    if (keys === null || (failure !== null && !hasName(kid))) throw failure ?? new Error('there are no keys')
    return keys.filter(
      (key) => key.algorithm === alg && (kid === undefined || key.kid === kid || unnamed.has(key)),
    )
  }

  function hasName(kid: string | undefined): boolean {
    return kid === undefined || unnamed.size > 0 || keys?.some((key) => key.kid === kid) === true
  }

  return {
    get version() {
      noteAge()
      return version
    },
    signingKey: () => null,
    // The keys are the issuer's to publish, not ours.
    publicKeys: () => [],
    candidates(hint) {
      if (ALGORITHM_NEEDS[hint.alg].keyKind === 'secret') return []
      if (keys === null) return candidatesOfFirst(hint)
      noteAge()
      const isUnknown = !hasName(hint.kid)
      const mayAsk = reading !== null || clock.elapsed() - startedAt >= COOLDOWN_MS
      if (isUnknown && mayAsk) return candidatesOfUnknown(hint)
      if (!isDue) return find(hint)
      const current = read()
      // It failed a moment ago. With keys loaded, no request waits for another failure.
      if (failure !== null) return find(hint)
      return current.soon.then(() => find(hint))
    },
  }
}

/** One fetch of the set, shared by concurrent requests. */
interface Reading {
  readonly done: Promise<void>
  /** Resolves when the fetch ends or has taken `PATIENCE_MS`, to whether it has ended. */
  readonly soon: Promise<boolean>
}

function startReading(done: Promise<void>): Reading {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false)
  })
  const ended = done.then(() => true)
  return { done, soon: Promise.race([ended, late]).finally(() => clearTimeout(timer)) }
}

function readJwksUrl(given: unknown): URL {
  const text = given instanceof URL ? given.href : given
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null) throw new OptionError('jwksUrl', 'must be an absolute URL')
  if (url.username !== '' || url.password !== '')
    throw new OptionError('jwksUrl', 'holds a user or a password')
  if (url.protocol === 'https:') return url
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return url
  throw new OptionError('jwksUrl', 'must begin with https:// (http:// on the loopback only)')
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** The accepted algorithms. Undefined when each key decides. */
function readAccepted(options: KeyOptions): readonly Algorithm[] | undefined {
  const given = resolveKeys(options)
  for (const name of ['secret', 'privateKey', 'publicKey', 'algorithm'] as const) {
    if (given[name] !== undefined) throw new OptionError(name, 'does not go with jwksUrl')
  }
  const { decodeAlgorithms } = given
  if (decodeAlgorithms?.length === 0) throw new OptionError('decodeAlgorithms', 'is empty')
  const symmetric = decodeAlgorithms?.find((one) => ALGORITHM_NEEDS[one].keyKind === 'secret')
  if (symmetric === undefined) return decodeAlgorithms
  throw new OptionError('decodeAlgorithms', `${symmetric} needs a secret, and jwksUrl has public keys only`)
}

function boundAge(maxAgeSeconds: number | null): number {
  if (maxAgeSeconds === null) return DEFAULT_MAX_AGE_MS
  return Math.min(Math.max(maxAgeSeconds * 1000, MIN_MAX_AGE_MS), MAX_MAX_AGE_MS)
}

/** `fetch` reports only that it failed; its cause has the reason. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read'
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

function describeKey({ kid, algorithm, key }: BoundKey): string {
  return JSON.stringify([kid, algorithm, deriveKeyId(key)])
}
