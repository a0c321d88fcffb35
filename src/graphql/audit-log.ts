import type { AuditRecord } from '../store/audit-record.js'
import { type PageArguments, readCursor, readFirst, toConnection, writeCursor } from './connection.js'
import { readId } from './read-id.js'
import type { Resolver, Services } from './services.js'

interface AuditLogArguments extends PageArguments {
  userId?: string | null
  type?: Uppercase<AuditRecord['type']> | null
}

/** The audit log, for administrators. */
export function auditLogResolvers({ store }: Services) {
  const auditLog: Resolver<AuditLogArguments> = async (_parent, args) => {
    const first = readFirst(args.first)
    const after = readCursor(args.after)
    const rows = await store.listAuditRecords({
      userId: args.userId == null ? undefined : readId(args.userId),
      type: args.type == null ? undefined : (args.type.toLowerCase() as AuditRecord['type']),
      afterId: after && readRowId(after.id),
      limit: first + 1,
    })
    return toConnection(rows, { first, isFirstPage: after === undefined }, ({ at, id }) =>
      writeCursor({ at, id: String(id) }),
    )
  }

  const AuditEvent = {
    type: (event: AuditRecord) => event.type.toUpperCase(),
    actor: (event: AuditRecord) => event.actor.toUpperCase(),
  }

  return { Query: { auditLog }, AuditEvent }
}

/** A cursor of another list has an id that is no number: no row is below it. */
function readRowId(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0
}
