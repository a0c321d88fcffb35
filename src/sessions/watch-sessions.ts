import { EventEmitter, on } from 'node:events'
import type { Logger } from '../base/logger.js'
import type { SessionRecord, Store } from '../store/contract.js'

const POLL_MS = 1_000
/** A session is dated before its transaction commits, which takes ten seconds at most, and may wait as long to begin. */
const LATE_MS = 30_000

export interface SessionChange {
  readonly kind: 'started' | 'ended'
  readonly at: Date
  readonly session: SessionRecord
}

/** Sees sessions start and end, on whatever instance: asks the database once a second, while anybody wants to know. */
export interface SessionWatch {
  /** What becomes of a user's sessions from now on. Throws what the store throws. Leave it by its `return`. */
  follow(userId: string): Promise<AsyncIterableIterator<[SessionChange]>>
  /** Ends the polling; resolves when none is under way. */
  stop(): Promise<void>
}

interface Followed {
  readonly emitter: EventEmitter
  /** What was read last; null: nothing yet. */
  last: Reading | null
  readonly first: Promise<void>
}

/** What was told, or had happened before anybody asked; and what the next reading looks back to. */
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
    return rows.flatMap((session) => changesOf(session, now)).filter(({ at }) => at > since)
  }

  async function readFirst(userId: string): Promise<Reading> {
    const now = await store.now()
    const since = lookBackFrom(now)
    return { known: new Set((await read([userId], since, now)).map(nameOf)), since }
  }

  /** Looks back as far as what was read last did not: a database that was away for a while is made up for. */
  async function tell(): Promise<void> {
    for (const [userId, { emitter }] of users) {
      if (emitter.listenerCount('change') === 0) users.delete(userId)
    }
    const followed = [...users].filter(hasRead)
    if (followed.length === 0) return
    const now = await store.now()
    const since = new Date(Math.min(...followed.map(([, { last }]) => last.since.getTime())))
    const ids = followed.map(([userId]) => userId)
    const changes = await read(ids, since, now)
    for (const [userId, user] of followed) {
      const { known, since } = user.last
      const own = changes.filter(({ session, at }) => session.userId === userId && at > since)
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
      const followed = users.get(userId) ?? begin(userId)
      const changes = on(followed.emitter, 'change') as AsyncIterableIterator<[SessionChange]>
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

function changesOf(session: SessionRecord, now: Date): SessionChange[] {
  const started: SessionChange = { kind: 'started', at: session.createdAt, session }
  const end = session.revokedAt ?? session.refreshExpiresAt
  return end === null || end > now ? [started] : [started, { kind: 'ended', at: end, session }]
}
