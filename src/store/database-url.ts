import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OptionError } from '../base/errors.js'

/** What a database URL says. */
export type DatabaseLocation =
  | { provider: 'sqlite'; path: string }
  | {
      provider: 'postgresql'
      url: string
      /** Prisma's `?schema=`; by default `public`, as with Prisma. */
      schema: string
      /** Prisma's `?connection_limit=`, or pg's `?max=`; null: not given. */
      poolSize: number | null
      /** Host, port and database: fit for a message, since it has neither name nor password. */
      place: string
    }

/** Reads `file:…` and `postgresql://…`. Throws `OptionError` for anything else; no message repeats a URL. */
export function parseDatabaseUrl(databaseUrl: string): DatabaseLocation {
  if (databaseUrl.startsWith('file:')) return { provider: 'sqlite', path: sqlitePath(databaseUrl) }
  if (/^postgres(?:ql)?:/.test(databaseUrl)) return postgresqlLocation(databaseUrl)
  throw new OptionError('databaseUrl', "must begin with 'file:' (SQLite) or 'postgresql://'")
}

function sqlitePath(databaseUrl: string): string {
  const path = databaseUrl.slice('file:'.length)
  if (path === '' || path === ':memory:') {
    throw new OptionError('databaseUrl', "needs the path of a file after 'file:'")
  }
  if (path.includes('?')) throw new OptionError('databaseUrl', "a 'file:' URL takes no parameters after '?'")
  if (!path.startsWith('//')) return resolve(path)
  try {
    return fileURLToPath(databaseUrl)
  } catch {
    throw new OptionError('databaseUrl', "is no valid 'file://' URL")
  }
}

function postgresqlLocation(databaseUrl: string): DatabaseLocation {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null
  if (url === null) {
    throw new OptionError(
      'databaseUrl',
      'is no valid URL; special characters in the name or password must be percent-encoded',
    )
  }
  const schema = url.searchParams.get('schema') ?? 'public'
  if (!/^[A-Za-z_][A-Za-z0-9_$]*$/.test(schema)) {
    throw new OptionError('databaseUrl', "its 'schema' must be letters, digits and '_'")
  }
  const place = `${url.host}${url.pathname}`
  return { provider: 'postgresql', url: databaseUrl, schema, poolSize: readPoolSize(url), place }
}

function readPoolSize({ searchParams }: URL): number | null {
  const name = searchParams.has('connection_limit') ? 'connection_limit' : 'max'
  const text = searchParams.get(name)
  if (text === null) return null
  const size = Number(text)
  if (/^\d{1,4}$/.test(text) && size > 0) return size
  throw new OptionError('databaseUrl', `its '${name}' must be a number of connections, at least 1`)
}
