import { setTimeout as sleep } from 'node:timers/promises'
import { findBreaches } from '../support/invariants.js'
import { openPool } from '../support/postgresql-pool.js'
import { openReader } from '../support/read-database.js'
import { judge, type Lane } from './hang-client.js'
import type { Ground } from './hang-ground.js'
import { changePasswords, endSessions, setRolesAs, signUpOften, type User, useTwoTabs } from './hang-users.js'
import { stopDatabase } from './stopped-database.js'

/** Ten for requests, two for the feed and the clock. */
const MAX_CONNECTIONS = 12
/** How long after the hang `/ready` may stay 503. */
const READY_LIMIT_MS = 10_000

export interface HangReport {
  readonly hangMs: number
  /** Until `/ready` responded with 200 after the hang. */
  readonly readyMs: number
  readonly slowestMs: number
  readonly counts: ReadonlyMap<string, number>
  readonly problems: readonly string[]
}

/** Stops the database under load for so long, and looks at everything when it is back. */
export async function hangOnce(ground: Ground, hangMs: number): Promise<HangReport> {
  const lane: Lane = {
    ...{ url: ground.url, isOver: false, problems: [], counts: new Map(), ended: [], slowestMs: 0 },
  }
  const kinds: User[] = [
    ...[useTwoTabs, useTwoTabs, useTwoTabs, changePasswords, endSessions, signUpOften],
    setRolesAs(ground.admin),
  ]
  const users = Promise.allSettled(kinds.map((use) => use(lane)))
  await untilBusy(lane)
  const database = await stopDatabase(ground.databasePid)
  await sleep(hangMs)
  database.resume()
  const readyMs = await untilReady(ground.url)
  if (readyMs > READY_LIMIT_MS) lane.problems.push(`/ready was 503 for ${readyMs} ms after the hang`)
  await sleep(2_000)
  lane.isOver = true
  for (const one of await users) if (one.status === 'rejected') lane.problems.push(String(one.reason))
  for (const token of new Set(lane.ended)) {
    const state = await judge(lane, token)
    if (state !== 'TOKEN_REVOKED') lane.problems.push(`what was revoked is ${state}`)
  }
  lane.problems.push(...(await inspect(ground.databaseUrl)))
  const { slowestMs, counts, problems } = lane
  return { hangMs, readyMs, slowestMs, counts, problems }
}

/** Until every kind of user is in the middle of its work, at a moment of chance. */
async function untilBusy({ counts }: Lane): Promise<void> {
  const enough = 60 + Math.random() * 40
  while ([...counts.values()].reduce((sum, count) => sum + count, 0) < enough) await sleep(Math.random() * 5)
}

async function untilReady(url: string): Promise<number> {
  const began = performance.now()
  const ready = new URL('/ready', url)
  for (;;) {
    const isReady = await fetch(ready).then(
      ({ status }) => status === 200,
      () => false,
    )
    const ms = performance.now() - began
    if (isReady || ms > 60_000) return Math.round(ms)
    await sleep(100)
  }
}

/** The invariants of the database, and the connections that the server left in it. */
async function inspect(databaseUrl: string): Promise<string[]> {
  const reader = await openReader(databaseUrl)
  const problems = findBreaches(await reader.read())
  await reader.close()
  const pool = await openPool(databaseUrl, 1)
  const { rows } = await pool.query(`SELECT coalesce(state, '') AS state FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`)
  await pool.end()
  const open = rows.filter(({ state }) => state.startsWith('idle in transaction'))
  if (open.length > 0) problems.push(`${open.length} connections stayed in a transaction`)
  if (rows.length > MAX_CONNECTIONS) problems.push(`the server has ${rows.length} connections`)
  return problems
}
