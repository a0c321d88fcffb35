import type { TokenType } from '../base/claims.js'
import { inBatches } from './batches.js'
import type { RevokedReason, Statements, TokenRecord } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { TokenModel } from './generated/sqlite/models.js'
import { insertRows, type Value } from './insert-rows.js'
import type { TokenPage } from './pages.js'

type TokenStatements = Pick<
  Statements,
  | 'insertTokens'
  | 'findToken'
  | 'listTokens'
  | 'markRotated'
  | 'setSuccessor'
  | 'markRevoked'
  | 'revokeSessionless'
  | 'clearRevoked'
  | 'supersedeAccess'
  | 'lastAccessExpiry'
>

export function createTokenStatements(client: Client, dialect: Dialect): TokenStatements {
  return {
    insertTokens: async (tokens) => {
      await insertRows(client, dialect, { table: 'tokens', columns: COLUMNS, rows: tokens.map(toRow) })
    },
    findToken: async (jti) => {
      const row = await client.token.findUnique({ where: { jti } })
      return row === null ? null : toToken(row)
    },
    listTokens: async (page) => {
      const rows = await client.token.findMany({
        where: toWhere(page),
        orderBy: [{ issuedAt: 'desc' }, { jti: 'desc' }],
        take: page.limit,
      })
      return rows.map(toToken)
    },
    markRotated: async ({ jti, at, evenIfRevoked }) => {
      const { count } = await client.token.updateMany({
        where: { jti, type: 'refresh', rotatedAt: null, ...(evenIfRevoked ? {} : { revokedAt: null }) },
        data: { rotatedAt: at },
      })
      return count === 1
    },
    setSuccessor: async (jti, successorJti) => {
      const { count } = await client.token.updateMany({
        where: { jti, type: 'access', successorJti: null, revokedAt: null },
        data: { successorJti },
      })
      return count === 1
    },
    markRevoked: async (jti, at, reason) => {
      const { count } = await client.token.updateMany({
        where: { jti, revokedAt: null },
        data: { revokedAt: at, revokedReason: reason },
      })
      return count === 1
    },
    revokeSessionless: async ({ userId, at, reason }) => {
      await client.token.updateMany({
        where: {
          userId,
          sessionId: null,
          // `unrevoke` restores what has these reasons, and must not restore it any more.
          OR: [{ revokedAt: null }, { revokedReason: { in: ['owner', 'admin'] } }],
        },
        data: { revokedAt: at, revokedReason: reason },
      })
    },
    clearRevoked: async (jti) => {
      await client.token.updateMany({ where: { jti }, data: { revokedAt: null, revokedReason: null } })
    },
    supersedeAccess: async ({ userId, at }) => {
      const ofUser = { userId, type: 'access' }
      await client.token.updateMany({
        where: { ...ofUser, revokedAt: null },
        data: { revokedAt: at, revokedReason: 'superseded' },
      })
      await client.token.updateMany({
        where: { ...ofUser, revokedReason: { in: ['owner', 'admin'] } },
        data: { revokedReason: 'superseded' },
      })
    },
    lastAccessExpiry: async (of) => {
      const find = (where: { userId: string } | { sessionId: { in: string[] } }) =>
        client.token.aggregate({
          where: { ...where, type: 'access' },
          _max: { expiresAt: true },
          _count: { _all: true, expiresAt: true },
        })
      const parts =
        'userId' in of
          ? [await find({ userId: of.userId })]
          : await inBatches(of.sessionIds, (batch) => find({ sessionId: { in: batch } }))
      if (parts.some(({ _count }) => _count.expiresAt < _count._all)) return null
      const times = parts.flatMap(({ _max }) => (_max.expiresAt === null ? [] : [_max.expiresAt.getTime()]))
      return times.length === 0 ? undefined : new Date(Math.max(...times))
    },
  }
}

const COLUMNS = [
  ...['jti', 'type', 'user_id', 'session_id', 'fresh', 'fresh_until'],
  ...['issued_at', 'expires_at', 'rotated_at', 'successor_jti', 'revoked_at', 'revoked_reason'],
]

function toRow(token: TokenRecord): Value[] {
  const { jti, type, userId, sessionId, fresh, freshUntil } = token
  const { issuedAt, expiresAt, rotatedAt, successorJti, revokedAt, revokedReason } = token
  return [
    ...[jti, type, userId, sessionId, fresh, freshUntil],
    ...[issuedAt, expiresAt, rotatedAt, successorJti, revokedAt, revokedReason],
  ]
}

function toWhere({ userId, type, revoked, after }: TokenPage) {
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(type === undefined ? {} : { type }),
    ...(revoked === undefined ? {} : { revokedAt: revoked ? { not: null } : null }),
    ...(after === undefined
      ? {}
      : {
          // The bound by itself lets the index begin there.
          issuedAt: { lte: after.issuedAt },
          OR: [{ issuedAt: { lt: after.issuedAt } }, { jti: { lt: after.jti } }],
        }),
  }
}

function toToken(row: TokenModel): TokenRecord {
  return {
    ...row,
    type: row.type as TokenType,
    revokedReason: row.revokedReason as RevokedReason | null,
  }
}
