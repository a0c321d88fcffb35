import { RateLimiterRes } from 'rate-limiter-flexible'
import type { Clock } from '../base/clock.js'
import type { Counters } from '../base/counters.js'
import { AuthError, ERRORS } from '../base/errors.js'
import type { AttemptConfig } from '../base/options.js'
import { type Consumed, CounterLimiter } from './counter-limiter.js'
import type { HashQueue } from './hash-queue.js'
import { createKeyedQueue } from './keyed-queue.js'
import { sourceOf } from './source.js'

const DAY_SECONDS = 86_400
/** How long a source counts as known after a login from it. */
const KNOWN_SECONDS = 30 * DAY_SECONDS
/** Each block of a day is twice as long as the one before, up to 16 windows. */
const MAX_DOUBLINGS = 4
/** So far beyond any limit that attempts given back don't reopen it. */
const BLOCKED = 1_000_000_000

/** Whose password is tried, and from where. */
export interface Attempt {
  /** The account, or a name without an account; stored as a hash only. It is the key of the known sources. */
  readonly account: string
  /** The name that was given, which is the key of the attempts. @default account */
  readonly name?: string
  readonly ip: string | null
  /** The session that confirms its password. It was logged in before, wherever the request comes from. */
  readonly sessionId?: string | null
}

/**
 * Limits how often passwords may be tried. An attempt is counted before `work` begins, so that concurrent ones can't
 * pass the limit, and given back unless the password was wrong. Beyond a limit it throws `RATE_LIMITED` with the time
 * to wait, before hashing, and alike for existing and unknown accounts. When the database fails, attempts are refused:
 * no user could log in anyway.
 */
export interface Attempts {
  /** For logins and confirmed passwords. */
  prove<T>(attempt: Attempt, work: () => Promise<T>): Promise<T>
  /** Records that the account was logged in from this source, which then has attempts of its own there. */
  remember(account: string, ip: string | null): Promise<void>
  /** Counts attempts of a source that were refused together. */
  count(ip: string | null, points: number): Promise<void>
  /** Counts every sign-up, because each takes a hash and may reveal whether a name is taken. */
  signUp<T>(ip: string | null, work: () => Promise<T>): Promise<T>
  /** Counts refused refreshes alone, on this instance alone: nothing can be guessed, and a refresh stays fast. */
  refresh<T>(ip: string | null, work: () => Promise<T>): Promise<T>
}

export function createAttempts(parts: {
  config: AttemptConfig
  counters: Counters
  /** Counters that outlive the process, for known sources. */
  known: Counters
  /** Counters of this process. */
  local: Counters
  clock: Pick<Clock, 'now'>
  /** Hashes a name: the same on every instance, and not reversible. */
  disguise: (name: string) => string
  /** How many attempts on one account may run at once, so that a success doesn't refuse another. */
  createQueue: () => HashQueue
}): Attempts {
  const { config, known, clock, disguise } = parts
  const window = config.attemptWindowSeconds
  const queued = createKeyedQueue(parts.createQueue)

  function createLimiter(keyPrefix: string, points: number | null, counters = parts.counters) {
    if (points === null) return null
    const longest = window * 2 ** MAX_DOUBLINGS
    return new CounterLimiter({ counters, clock, points, duration: window, longest, keyPrefix })
  }
  const perAccount = createLimiter('account', config.loginAttempts)
  const perSource = createLimiter('source', config.loginAttemptsPerSource)
  const signUps = createLimiter('signup', config.signupsPerSource)
  const refreshes = createLimiter('refresh', config.refreshFailuresPerSource, parts.local)
  const blocks = new CounterLimiter({
    counters: parts.counters,
    clock,
    points: 0,
    duration: DAY_SECONDS,
    keyPrefix: 'blocks',
  })

  const knownKey = (account: string, source: string) => `known:${disguise(`${account}\n${source}`)}`

  /** Until when the source is known. Null when it is not. */
  async function findKnown(account: string, source: string): Promise<Date | null> {
    return (await known.findCounter(knownKey(account, source)))?.expiresAt ?? null
  }

  /**
   * Unknown sources share the attempts of each name. If they shared those of the account, a refusal of one name would
   * reveal the account's other name. A known source, and a session, have attempts of their own.
   */
  function budgetOf(
    { account, name = account, sessionId }: Attempt,
    source: string | null,
    knownUntil: Date | null,
  ): string {
    if (sessionId != null) return disguise(`${account}\nsession ${sessionId}`)
    const isKnown = knownUntil !== null && knownUntil.getTime() > clock.now()
    return disguise(isKnown ? `${name}\n${source}` : name)
  }

  /** The first attempt beyond the limit blocks the account, each time twice as long. */
  async function blockLonger(limiter: CounterLimiter, key: string): Promise<number> {
    const { consumedPoints } = await blocks.penalty(key)
    const seconds = window * 2 ** Math.min(consumedPoints - 1, MAX_DOUBLINGS)
    await limiter.set(key, BLOCKED, seconds)
    return seconds
  }

  async function consume(limiter: CounterLimiter, key: string, isBacking: boolean): Promise<Consumed> {
    try {
      return (await limiter.consume(key)) as Consumed
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const isFirst = refusal.consumedPoints === limiter.points + 1
      const seconds = isBacking && isFirst ? await blockLonger(limiter, key) : refusal.msBeforeNext / 1000
      throw new AuthError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) })
    }
  }

  /**
   * Runs `work`, and gives the counted attempts back unless the password was wrong. If giving back fails, they stay
   * counted.
   */
  async function counted<T>(reservations: readonly Reservation[], work: () => Promise<T>, isWrong: IsWrong) {
    const giveBack = () =>
      Promise.allSettled(reservations.map(({ limiter, key, consumed }) => limiter.giveBack(key, 1, consumed)))
    let result: T
    try {
      result = await work()
    } catch (error) {
      if (!isWrong(error)) await giveBack()
      throw error
    }
    await giveBack()
    return result
  }

  async function reserve(
    limiter: CounterLimiter | null,
    key: string,
    isBacking = false,
  ): Promise<Reservation[]> {
    if (limiter === null) return []
    return [{ limiter, key, consumed: await consume(limiter, key, isBacking) }]
  }

  async function learn(account: string, source: string, knownUntil: Date | null): Promise<void> {
    const now = clock.now()
    // Written once a day at most.
    if (knownUntil !== null && knownUntil.getTime() > now + (KNOWN_SECONDS - DAY_SECONDS) * 1000) return
    const counter = { points: 1, expiresAt: new Date(now + KNOWN_SECONDS * 1000) }
    // A login doesn't fail because this could not be written: the next login writes it.
    await known.setCounter(knownKey(account, source), counter).catch(() => {})
  }

  return {
    async remember(account, ip) {
      const source = sourceOf(ip)
      if (source !== null && perAccount !== null) await learn(account, source, null)
    },

    async prove(attempt, work) {
      const { account, ip } = attempt
      const source = sourceOf(ip)
      const counts = perAccount !== null
      const knownUntil = source === null || !counts ? null : await findKnown(account, source)
      const budget = counts ? budgetOf(attempt, source, knownUntil) : null
      const result = await queued(budget, async () => {
        const fromSource = source === null ? [] : await reserve(perSource, disguise(source))
        // A refused source does not use up the account's attempts.
        const forAccount = budget === null ? [] : await reserve(perAccount, budget, true)
        return counted([...fromSource, ...forAccount], work, isWrongPassword)
      })
      if (source !== null && counts) await learn(account, source, knownUntil)
      return result
    },

    async count(ip, points) {
      const source = sourceOf(ip)
      if (source !== null) await perSource?.penalty(disguise(source), points)
    },

    async signUp(ip, work) {
      const source = sourceOf(ip)
      if (source !== null) await reserve(signUps, disguise(source))
      return work()
    },

    async refresh(ip, work) {
      const source = sourceOf(ip)
      const reserved = source === null ? [] : await reserve(refreshes, disguise(source))
      return counted(reserved, work, isRefused)
    },
  }
}

interface Reservation {
  readonly limiter: CounterLimiter
  readonly key: string
  readonly consumed: Consumed
}

type IsWrong = (error: unknown) => boolean

function isWrongPassword(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'INVALID_CREDENTIALS'
}

function isRefused(error: unknown): boolean {
  return error instanceof AuthError && ERRORS[error.code].action !== 'retry'
}
