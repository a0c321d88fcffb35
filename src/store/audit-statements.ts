import type { AuditRecord, AuditStatements, NewAuditRecord } from './audit-record.js'
import type { Client, Dialect } from './dialect.js'
import type { AuditEventModel } from './generated/sqlite/models.js'
import { insertRows, insertSql, type Value } from './insert-rows.js'

const TABLE = 'audit_events'
const COLUMNS = [
  ...['at', 'type', 'actor', 'actor_id', 'user_id', 'session_id', 'token_id'],
  ...['ip', 'user_agent', 'reason', 'details', 'count', 'bucket', 'last_at'],
]

export function createAuditStatements(client: Client, dialect: Dialect): AuditStatements {
  return {
    insertAuditRecords: async (records) => {
      const rows = records.map((record) => toRow(record, null))
      await insertRows(client, dialect, { table: TABLE, columns: COLUMNS, rows })
    },
    countAuditRecord: async (bucket, record) => {
      const row = toRow(record, bucket)
      const insert = insertSql(dialect, { table: TABLE, columns: COLUMNS, rows: [row] })
      const raise = `"count" = "${TABLE}"."count" + 1, "last_at" = excluded."at"`
      await client.$executeRawUnsafe(`${insert} ON CONFLICT ("bucket") DO UPDATE SET ${raise}`, ...row)
    },
    listAuditRecords: async ({ userId, type, afterId, limit }) => {
      const rows = await client.auditEvent.findMany({
        where: {
          ...(userId === undefined ? {} : { userId }),
          ...(type === undefined ? {} : { type }),
          ...(afterId === undefined ? {} : { id: { lt: Math.min(afterId, dialect.lastId) } }),
        },
        orderBy: { id: 'desc' },
        take: limit,
      })
      return rows.map(toRecord)
    },
    pruneAudit: async (before, limit) => {
      const { count } = await client.auditEvent.deleteMany({ where: { at: { lt: before } }, limit })
      return count
    },
  }
}

function toRow(record: NewAuditRecord, bucket: string | null): Value[] {
  const { at, type, actor, actorId, userId, sessionId, tokenId } = record
  const { ip, userAgent, reason, details, count } = record
  return [
    ...[at, type, actor, actorId, userId, sessionId, tokenId],
    ...[ip, userAgent, reason, details === null ? null : JSON.stringify(details), count, bucket, null],
  ]
}

function toRecord({ bucket: _bucket, details, ...row }: AuditEventModel): AuditRecord {
  return {
    ...row,
    // A bigint, where the column is one.
    id: Number(row.id),
    type: row.type as AuditRecord['type'],
    actor: row.actor as AuditRecord['actor'],
    details: details === null ? null : JSON.parse(details),
  }
}
