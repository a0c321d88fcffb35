import Database from 'better-sqlite3'
import { openPool } from './postgresql-pool.js'

/** A row as the database has it: columns by name; times as text that is in the order of time, or null. */
export type Row = Readonly<Record<string, string | number | boolean | null>>

/** Every row of every table of ours. */
export interface WholeDatabase {
  readonly users: readonly Row[]
  readonly sessions: readonly Row[]
  readonly tokens: readonly Row[]
  /** In the order of their ids. */
  readonly revocations: readonly Row[]
  /** In the order of their ids. */
  readonly audit_events: readonly Row[]
}

const ORDER = { users: 'id', sessions: 'id', tokens: 'jti', revocations: 'id', audit_events: 'id' } as const

/** Reads a whole database at one moment, without the store: as whoever finds the file would. */
export interface DatabaseReader {
  read(): Promise<WholeDatabase>
  close(): Promise<void>
}

export function openReader(databaseUrl: string): Promise<DatabaseReader> {
  return databaseUrl.startsWith('file:') ? openSqlite(databaseUrl.slice(5)) : openPostgresql(databaseUrl)
}

async function openSqlite(path: string): Promise<DatabaseReader> {
  const database = new Database(path, { readonly: true })
  const all = database.transaction(() => {
    const read = (table: keyof typeof ORDER) =>
      database.prepare(`SELECT * FROM ${table} ORDER BY ${ORDER[table]}`).all() as Row[]
    return {
      ...{ users: read('users'), sessions: read('sessions') },
      ...{ tokens: read('tokens'), revocations: read('revocations') },
      audit_events: read('audit_events'),
    }
  })
  return { read: async () => all(), close: async () => void database.close() }
}

async function openPostgresql(url: string): Promise<DatabaseReader> {
  const pool = await openPool(url, 1)
  const rows = ([table, key]: [string, string]) =>
    `'${table}', (SELECT coalesce(json_agg(t ORDER BY t.${key}), '[]') FROM ${table} t)`
  const all = `SELECT json_build_object(${Object.entries(ORDER).map(rows).join(',')}) AS found`
  return { read: async () => (await pool.query(all)).rows[0].found, close: () => pool.end() }
}
