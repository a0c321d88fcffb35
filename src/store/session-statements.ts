import { inBatches } from './batches.js'
import type { RevokedReason, SessionRecord, Statements, TokenPair } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { SessionModel } from './generated/sqlite/models.js'
import { insertRows, type Value } from './insert-rows.js'

type SessionStatements = Pick<
  Statements,
  | 'insertSession'
  | 'findSession'
  | 'listLiveSessions'
  | 'listOldestSessions'
  | 'listSessionChanges'
  | 'rotateSession'
  | 'touchSession'
  | 'endSessions'
  | 'endAllSessions'
>

export function createSessionStatements(client: Client, dialect: Dialect): SessionStatements {
  return {
    insertSession: async (session) => {
      await insertRows(client, dialect, { table: 'sessions', columns: COLUMNS, rows: [toRow(session)] })
    },
    findSession: async (id) => {
      const row = await client.session.findUnique({ where: { id } })
      return row === null ? null : toSession(row)
    },
    listLiveSessions: async ({ userId, now, limit }) => {
      const rows = await client.session.findMany({
        where: { userId, ...live(now) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      })
      return rows.map(toSession)
    },
    listOldestSessions: async ({ userId, exceptId, now, beyond, limit }) => {
      const rows = await client.session.findMany({
        where: { userId, id: { not: exceptId }, ...live(now) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        skip: beyond,
        take: limit,
        select: { id: true },
      })
      return rows.map(({ id }) => id)
    },
    listSessionChanges: async ({ userIds, since, now }) => {
      const changed = [
        { revokedAt: null, createdAt: { gt: since } },
        { revokedAt: null, refreshExpiresAt: { gt: since, lte: now } },
        { revokedAt: { gt: since } },
      ]
      const rows = await inBatches(userIds, (batch) =>
        client.session.findMany({
          where: { userId: { in: batch }, OR: changed },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        }),
      )
      return rows.flat().map(toSession)
    },
    rotateSession: async ({ id, userId, fromRefreshJti, pair, now }) => {
      // One UPDATE whose condition decides: of those that race, one finds the row as it was.
      const rows = await client.session.updateManyAndReturn({
        where: { id, userId, refreshJti: fromRefreshJti, ...live(now) },
        data: { ...toPair(pair), lastUsedAt: now },
      })
      return rows[0] === undefined ? null : toSession(rows[0])
    },
    touchSession: async (id, lastUsedAt) => {
      await client.session.updateMany({ where: { id }, data: { lastUsedAt } })
    },
    endSessions: async ({ userId, ids, exceptId, at, reason }) => {
      const end = (id: { in?: string[]; not?: string }) =>
        client.session.updateManyAndReturn({
          where: { userId, revokedAt: null, id },
          data: { revokedAt: at, revokedReason: reason },
          select: { id: true, accessExpiresAt: true },
        })
      const except = exceptId === undefined ? {} : { not: exceptId }
      if (ids === undefined) return end(except)
      return (await inBatches(ids, (batch) => end({ in: batch, ...except }))).flat()
    },
    endAllSessions: async ({ userId, at, reason }) => {
      const where = { userId, revokedAt: null }
      const { _max, _count } = await client.session.aggregate({
        where,
        _max: { accessExpiresAt: true },
        _count: { _all: true, accessExpiresAt: true },
      })
      const { count } = await client.session.updateMany({
        where,
        data: { revokedAt: at, revokedReason: reason },
      })
      if (_count._all === 0) return { count, lastAccessExpiry: undefined }
      return { count, lastAccessExpiry: _count.accessExpiresAt < _count._all ? null : _max.accessExpiresAt }
    },
  }
}

const COLUMNS = [
  ...['id', 'user_id', 'device', 'ip', 'user_agent', 'csrf', 'auth_time', 'created_at', 'last_used_at'],
  ...['access_jti', 'refresh_jti', 'issued_at', 'access_expires_at', 'refresh_expires_at'],
  ...['revoked_at', 'revoked_reason'],
]

function toRow(session: SessionRecord): Value[] {
  const { id, userId, device, ip, userAgent, csrf, authTime, createdAt, lastUsedAt } = session
  const { accessJti, refreshJti, issuedAt, accessExpiresAt, refreshExpiresAt } = session
  const { revokedAt, revokedReason } = session
  return [
    ...[id, userId, device, ip, userAgent, csrf, authTime, createdAt, lastUsedAt],
    ...[accessJti, refreshJti, issuedAt, accessExpiresAt, refreshExpiresAt, revokedAt, revokedReason],
  ]
}

function live(now: Date) {
  return { revokedAt: null, OR: [{ refreshExpiresAt: null }, { refreshExpiresAt: { gt: now } }] }
}

function toPair(pair: TokenPair): TokenPair {
  const { accessJti, refreshJti, issuedAt, accessExpiresAt, refreshExpiresAt } = pair
  return { accessJti, refreshJti, issuedAt, accessExpiresAt, refreshExpiresAt }
}

function toSession(row: SessionModel): SessionRecord {
  return { ...row, revokedReason: row.revokedReason as RevokedReason | null }
}
