import type { DatabaseLocation } from './database-url.js'
import { MigrationError } from './migrate.js'

/** Why a database could not be opened, in words for whoever set `databaseUrl`; with no secret of the URL's. */
export function describeOpenError(location: DatabaseLocation, error: unknown): string {
  const packages = describeMissingPackage(location, error)
  if (packages !== null) return packages
  const place = location.provider === 'sqlite' ? location.path : location.place
  const isAbsent = location.provider === 'sqlite' && codesOf(error)[0] === 'ENOENT'
  const hint = isAbsent ? '; `npx sallyport migrate` makes it' : ''
  return `cannot open ${place}: ${describeReason(error)}${hint}`
}

function describeMissingPackage({ provider }: DatabaseLocation, error: unknown): string | null {
  const message = messageOf(error)
  const missing = /Cannot find (?:package|module) '((?:@[^/']+\/)?[^/']+)/.exec(message)?.[1]
  const needed = provider === 'sqlite' ? SQLITE_PACKAGES : POSTGRESQL_PACKAGES
  if (missing !== undefined && needed.includes(missing)) {
    return `${provider} needs packages that are not installed: npm install ${needed.join(' ')}`
  }
  if (message.includes('Could not locate the bindings file')) {
    return 'better-sqlite3 was installed without its binary (npm skipped its script): npm rebuild better-sqlite3'
  }
  return null
}

const SQLITE_PACKAGES = ['@prisma/client', '@prisma/adapter-better-sqlite3', 'better-sqlite3']
const POSTGRESQL_PACKAGES = ['@prisma/client', '@prisma/adapter-pg']

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: 'the file is not a SQLite database',
  SQLITE_READONLY: 'the file may not be written',
  SQLITE_CANTOPEN: 'the file or its folder may not be read or written',
  ENOENT: 'there is no such file',
  EACCES: 'no permission for the file or its folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'part of its path is a file, not a folder',
  EROFS: 'the disk may only be read',
  ENOSPC: 'the disk is full',
  SQLITE_FULL: 'the disk is full',
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer',
  '28P01': 'the name or password is wrong',
  '28000': 'the server refuses this name',
  '3D000': 'there is no such database on the server',
}

function describeReason(error: unknown): string {
  if (error instanceof MigrationError) return `${error.message}: ${describeReason(error.cause)}`
  for (const code of codesOf(error)) {
    const reason = REASONS[code] ?? REASONS[code.split('_').slice(0, 2).join('_')]
    if (reason !== undefined) return reason
  }
  return describeServerError(error)
}

/** The server's own words. PostgreSQL's code with them; its `detail` is left out, which may hold values of rows. */
function describeServerError(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const original =
    typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'originalMessage') : undefined
  if (typeof original === 'string') return original
  const code = codesOf(error).find((candidate) => /^(?=.*\d)[0-9A-Z]{5}$/.test(candidate))
  return code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`
}

/** The codes of an error and its causes, the outermost first. */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return []
  const codes = ['code', 'originalCode'].map((name) => Reflect.get(error, name))
  const inner = error instanceof AggregateError ? error.errors[0] : Reflect.get(error, 'cause')
  return [...codes.filter((code) => typeof code === 'string'), ...codesOf(inner)]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
