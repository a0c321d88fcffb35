import { EventEmitter, on } from 'node:events'
import { AuthError } from '../base/errors.js'
import type { Logger } from '../base/logger.js'
import type { SessionRecord, Store } from '../store/contract.js'
import { earlier } from './limits.js'

const POLL_MS = 1_000
/** A session is dated before its transaction commits, which takes up to ten seconds, and may wait as long to begin. */
const LATE_MS = 30_000

export interface SessionChange {
  readonly kind: 'started' | 'ended'
  readonly at: Date
  readonly session: SessionRecord
}

/**
 * Reports the start and the end of sessions on every instance. Queries the database once a second while there are
 * subscribers.
 */
export interface SessionWatch {
  /**
   * Yields the changes of a user's sessions from now on and, if the user has subscribers already, those of the second
   * before. Leave it by its `return`. Throws the store's errors, and `UNAVAILABLE` after `stop`.
   */
  follow(userId: string): Promise<AsyncIterableIterator<[SessionChange]>>
  /** Stops polling, and ends every subscription. Resolves when no poll is running. */
  stop(): Promise<void>
}

interface Followed {
  readonly emitter: EventEmitter
  /** The result of the last poll. Null before the first. */
  last: Reading | null
  readonly first: Promise<void>
}

/** Changes already delivered or older than the subscription, and where the next poll starts. */
interface Reading {
  readonly known: ReadonlySet<string>
  readonly since: Date
}

export function createSessionWatch(parts: {
  store: Pick<Store, 'now' | 'listSessionChanges'>
  logger: Logger
}): SessionWatch {
  const { store, logger } = parts
  const users = new Map<string, Followed>()
  let timer: NodeJS.Timeout | undefined
  let polling: Promise<void> = Promise.resolve()
  let stopped = false
  let hasFailed = false

  async function read(userIds: readonly string[], since: Date, now: Date): Promise<SessionChange[]> {
    const rows = await store.listSessionChanges({ userIds, since, now })
    const changes = rows.flatMap((session) => changesOf(session, now))
    return changes.filter(({ at }) => at > since).sort((a, b) => a.at.getTime() - b.at.getTime())
  }

  async function readFirst(userId: string): Promise<Reading> {
    const now = await store.now()
    const since = lookBackFrom(now)
    return { known: new Set((await read([userId], since, now)).map(nameOf)), since }
  }

  /** Looks back as far as the last poll did not, to make up for a database that was away. */
  async function tell(): Promise<void> {
    for (const [userId, { emitter }] of users) {
      if (emitter.listenerCount('change') === 0) users.delete(userId)
    }
    const followed = [...users].filter(hasRead)
    if (followed.length === 0) return
    const now = await store.now()
    const since = new Date(Math.min(...followed.map(([, { last }]) => last.since.getTime())))
    const ids = followed.map(([userId]) => userId)
    const changes = byUser(await read(ids, since, now))
    for (const [userId, user] of followed) {
      const { known, since } = user.last
      const own = (changes.get(userId) ?? []).filter(({ at }) => at > since)
      for (const change of own) if (!known.has(nameOf(change))) user.emitter.emit('change', change)
      user.last = { known: new Set(own.map(nameOf)), since: lookBackFrom(now) }
    }
  }

  async function poll(): Promise<void> {
    try {
      await tell()
      hasFailed = false
    } catch (err) {
      if (!hasFailed) logger.warn({ err }, 'changes of sessions could not be read')
      hasFailed = true
    }
    timer = undefined
    schedule()
  }

  function schedule(): void {
    if (stopped || timer !== undefined || users.size === 0) return
    timer = setTimeout(() => {
      polling = poll()
    }, POLL_MS).unref()
  }

  function begin(userId: string): Followed {
    const followed: Followed = {
      emitter: new EventEmitter().setMaxListeners(0),
      last: null,
      first: readFirst(userId).then((reading) => {
        followed.last = reading
      }),
    }
    users.set(userId, followed)
    return followed
  }

  return {
    async follow(userId) {
      if (stopped) throw new AuthError('UNAVAILABLE', { retryAfterSeconds: 1 })
      const followed = users.get(userId) ?? begin(userId)
      const changes = on(followed.emitter, 'change', { close: ['stop'] }) as AsyncIterableIterator<
        [SessionChange]
      >
      try {
        await followed.first
      } catch (error) {
        users.delete(userId)
        throw error
      }
      schedule()
      return changes
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await polling
      for (const { emitter } of users.values()) emitter.emit('stop')
    },
  }
}

function hasRead(entry: [string, Followed]): entry is [string, Followed & { last: Reading }] {
  return entry[1].last !== null
}

function lookBackFrom(now: Date): Date {
  return new Date(now.getTime() - LATE_MS)
}

function nameOf({ kind, session }: SessionChange): string {
  return `${kind} ${session.id}`
}

function byUser(changes: readonly SessionChange[]): ReadonlyMap<string, readonly SessionChange[]> {
  const users = new Map<string, SessionChange[]>()
  for (const change of changes) {
    const { userId } = change.session
    const own = users.get(userId)
    if (own === undefined) users.set(userId, [change])
    else own.push(change)
  }
  return users
}

function changesOf(session: SessionRecord, now: Date): SessionChange[] {
  const started: SessionChange = { kind: 'started', at: session.createdAt, session }
  // A session past its idle limit can still be revoked. It ended before.
  const end = earlier(session.revokedAt, session.refreshExpiresAt)
  return end === null || end > now ? [started] : [started, { kind: 'ended', at: end, session }]
}
