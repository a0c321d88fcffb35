import type { Claims } from '../base/claims.js'
import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import type { Store } from '../store/contract.js'
import type { RevocationEntry, RevocationPage } from '../store/revocation-record.js'
import { createEarliestTime } from './earliest-time.js'
import { KEEP_SECONDS } from './keep.js'
import { createLiveEntries, type RevocationVerdict } from './live-entries.js'

const POLL_MS = 500
/** A few megabytes, read in some 20 ms. */
const PAGE = 5_000
const STALE_MS = 30_000
const FORGET_MS = 60_000

/** This instance's copy of the revocations, at most one poll behind the database. Checking a token needs no query. */
export interface RevocationFeed {
  /** Loads the revocations, and polls until `stop`. Throws the store's error when the first load fails. */
  start(): Promise<void>
  /** Adds entries that this instance just committed, so that they are in force before the response. */
  apply(entries: readonly RevocationEntry[]): void
  /** Checks verified claims. `unavailable` when nothing is loaded yet, or the copy is stale. */
  check(claims: Claims, subject: string): RevocationVerdict | 'unavailable'
  /** Whether `check` can decide. */
  isReady(): boolean
  /** The number of entries in memory. */
  readonly size: number
  /** Stops polling. Resolves when no poll is running. */
  stop(): Promise<void>
}

export function createRevocationFeed(parts: {
  store: Pick<Store, 'readRevocations'>
  clock: Clock
  logger: Logger
  /** What to do with a copy older than 30 s. */
  stale: 'deny' | 'allow'
  /** How long a token is accepted after its `exp`. */
  leewaySeconds: number
}): RevocationFeed {
  const { store, clock, logger } = parts
  const entries = createLiveEntries()
  let lastId = 0
  /** The highest id of all entries seen, our own committed ones included. */
  let highestId = 0
  /** Whether all entries have to be read again. Stays true over polls that fail. */
  let readsAgain = false
  let loadedAt: number | null = null
  const earliest = createEarliestTime(clock)
  let forgottenAt = clock.elapsed()
  let reportedStale = false
  let timer: NodeJS.Timeout | undefined
  let polling: Promise<void> = Promise.resolve()
  let stopped = false

  async function load(): Promise<void> {
    const began = clock.elapsed()
    const seenId = highestId
    const first = await store.readRevocations(lastId, PAGE)
    if (readsAgain || first.lastIssuedId < seenId) await readAgain(first.lastIssuedId)
    else await readOn(first, (entry) => entries.apply(entry))
    loadedAt = began
    if (reportedStale) logger.info({}, 'revocations are read again')
    reportedStale = false
    if (began - forgottenAt > FORGET_MS) {
      entries.forgetExpired(earliest(clock.now()) - (parts.leewaySeconds + KEEP_SECONDS) * 1000)
      forgottenAt = began
    }
  }

  async function readOn(first: RevocationPage, apply: (entry: RevocationEntry) => void): Promise<void> {
    let page = first
    for (;;) {
      for (const entry of page.entries) apply(entry)
      lastId = page.entries.at(-1)?.id ?? lastId
      highestId = Math.max(highestId, lastId)
      if (page.entries.length < PAGE) return
      page = await store.readRevocations(lastId, PAGE)
    }
  }

  /** The database is an older copy: new entries reuse ids that were seen, and some seen entries are gone. */
  async function readAgain(lastIssuedId: number): Promise<void> {
    if (!readsAgain) {
      logger.error(
        { lastIssuedId, highestId },
        'the database has lost revocations, as after a failover or a restore: those known here stay in force',
      )
      entries.markOld()
      readsAgain = true
    }
    lastId = 0
    highestId = 0
    await readOn(await store.readRevocations(0, PAGE), (entry) => entries.applyAgain(entry))
    highestId = Math.max(highestId, lastIssuedId)
    readsAgain = false
  }

  async function poll(): Promise<void> {
    try {
      await load()
    } catch (error) {
      if (!isFresh() && !reportedStale) {
        reportedStale = true
        logger.error({ err: error, policy: parts.stale }, 'revocations could not be read for 30 s')
      }
    }
    schedule()
  }

  function schedule(): void {
    if (stopped) return
    timer = setTimeout(() => {
      polling = poll()
    }, POLL_MS)
    timer.unref()
  }

  function isFresh(): boolean {
    return loadedAt !== null && clock.elapsed() - loadedAt <= STALE_MS
  }

  function isReady(): boolean {
    return isFresh() || (loadedAt !== null && parts.stale === 'allow')
  }

  return {
    async start() {
      earliest(clock.now())
      await load()
      schedule()
    },
    apply(committed) {
      for (const entry of committed) {
        entries.apply(entry)
        highestId = Math.max(highestId, entry.id)
      }
    },
    check: (claims, subject) => (isReady() ? entries.judge(claims, subject) : 'unavailable'),
    isReady,
    get size() {
      return entries.size
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await polling
    },
  }
}
