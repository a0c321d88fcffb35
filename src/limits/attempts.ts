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
/** For how long a source is known after a login there. */
const KNOWN_SECONDS = 30 * DAY_SECONDS
/** Each block of a day is twice as long as the one before, up to 16 windows. */
const MAX_DOUBLINGS = 4
/** So far beyond any limit that what is given back does not open it. */
const BLOCKED = 1_000_000_000

/** Whose password is tried, and from where. */
export interface Attempt {
  /** The account, or the name of none: never kept as it is. Its sources are known by it. */
  readonly account: string
  /** The name that was given, which the attempts are counted by. @default account */
  readonly name?: string
  readonly ip: string | null
  /** The session that proves its password again: it was let in before, wherever it is now. */
  readonly sessionId?: string | null
}

/**
 * How often passwords may be tried. An attempt is counted before `work` begins, so that many at once cannot pass the
 * limit, and given back unless the password was wrong. Beyond a limit `RATE_LIMITED`, with the time to wait, before
 * anything is hashed, and alike for accounts that there are and that there are not. A database that does not answer
 * refuses: nobody could log in anyway.
 */
export interface Attempts {
  /** Logging in, and proving a password again. */
  prove<T>(attempt: Attempt, work: () => Promise<T>): Promise<T>
  /** The source has been let into the account: whatever strangers do, it keeps attempts of its own there. */
  remember(account: string, ip: string | null): Promise<void>
  /** Counts attempts of a source that were refused together. */
  count(ip: string | null, points: number): Promise<void>
  /** Every sign-up counts, since each takes a hash and may ask whether a name is taken. */
  signUp<T>(ip: string | null, work: () => Promise<T>): Promise<T>
  /** Only what is refused counts. By this instance alone: nothing can be guessed, and nothing is to be slowed down. */
  refresh<T>(ip: string | null, work: () => Promise<T>): Promise<T>
}

export function createAttempts(parts: {
  config: AttemptConfig
  counters: Counters
  /** Counters that outlive the process: of the sources that are known. */
  known: Counters
  /** Counters of this process. */
  local: Counters
  clock: Pick<Clock, 'now'>
  /** A key for a name: the same on every instance, and nothing that the name could be found by. */
  disguise: (name: string) => string
  /** How many attempts on one account may be under way at once, so that nobody is refused for another's success. */
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

  /** Until when the source is known; null: it is not. */
  async function findKnown(account: string, source: string): Promise<Date | null> {
    return (await known.findCounter(knownKey(account, source)))?.expiresAt ?? null
  }

  /**
   * Strangers share the attempts of each name: were they those of the account, a refusal of one of its names would show
   * which other name belongs to it. A source that was let in before has attempts of its own, and so has a session.
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

  /** The first attempt too many blocks the account: each time twice as long. */
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

  /** Runs `work` with what was counted for it, and gives that back unless it was wrong. What cannot be, stays counted. */
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
    // Once a day is often enough to write it.
    if (knownUntil !== null && knownUntil.getTime() > now + (KNOWN_SECONDS - DAY_SECONDS) * 1000) return
    const counter = { points: 1, expiresAt: new Date(now + KNOWN_SECONDS * 1000) }
    // Whoever was let in is not refused because this could not be written: it is at the next login.
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
        // A source that is refused does not use up the account's attempts.
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
