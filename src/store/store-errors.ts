import { StoreConflict, StoreUnavailable } from './failures.js'

/**
 * What a failed statement means to those above: a name that is taken, a database that does not answer, or, for
 * what the database understood and refused (a mistake of ours, an input that nobody checked), the error itself.
 * Prisma's classes are told by name, so that those who take the light entries need no Prisma.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreConflict || error instanceof StoreUnavailable) return error
  if (isInvalidCall(error)) return new TypeError(lastLine(error.message))
  const cause = driverCause(error)
  if (cause?.kind === 'UniqueConstraintViolation') return new StoreConflict(takenField(cause))
  return isRefusal(error, cause) ? error : new StoreUnavailable('the database failed', { cause: error })
}

/** A mistake of ours. Prisma's message shows the whole call, secrets too; its last line says what is wrong. */
function isInvalidCall(error: unknown): error is Error {
  return error instanceof Error && error.name === 'PrismaClientValidationError'
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

/** A full disk, a database that only reads, a disk that fails: the next write fails too. */
const NOT_WRITABLE = /^(?:SQLITE_(?:FULL|READONLY|IOERR|CORRUPT|NOTADB)|53100$|25006$|58030$)/

/** Whether the database takes no writes at all, by the code that it gave. */
export function isNotWritable(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return isNotWritable(error.cause)
  return NOT_WRITABLE.test(String(driverCause(error)?.code))
}

interface DriverCause {
  kind: unknown
  /** The database's own code: an SQLSTATE, or `SQLITE_…`. */
  code: unknown
  constraint: unknown
}

/** Prisma answers these for values and statements that do not fit, whatever state the database is in. */
const REFUSALS = new Set([
  ...['P2000', 'P2003', 'P2007', 'P2011', 'P2020', 'P2021', 'P2022', 'P2023', 'P2029'],
])

function isRefusal(error: unknown, cause: DriverCause | null): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && REFUSALS.has(error.code)) return true
  return typeof cause?.code === 'string' && isRefusalCode(cause.code)
}

/** Data that does not fit, a constraint, or what is no SQL or not allowed. */
function isRefusalCode(code: string): boolean {
  return (
    /^(?:22|23|42)[0-9A-Z]{3}$/.test(code) || /^SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code)
  )
}

function driverCause(error: unknown): DriverCause | null {
  const driverError = property(property(error, 'meta'), 'driverAdapterError') ?? error
  const cause = property(driverError, 'cause')
  const kind = property(cause, 'kind')
  if (kind === undefined) return null
  return { kind, code: property(cause, 'originalCode'), constraint: property(cause, 'constraint') }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** SQLite names the columns, PostgreSQL the index, which is named after them. */
function takenField({ constraint }: DriverCause): StoreConflict['field'] {
  const names = JSON.stringify(constraint) ?? ''
  if (names.includes('username_key')) return 'username'
  return names.includes('email_key') ? 'email' : 'id'
}
