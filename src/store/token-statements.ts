import type { TokenType } from '../base/claims.js'
import type { RevokedReason, Statements, TokenRecord } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import type { SessionModel, TokenModel } from './generated/sqlite/models.js'
import { insertRows, type Value } from './insert-rows.js'
import type { TokenPage } from './pages.js'

type TokenStatements = Pick<
  Statements,
  | 'insertTokens'
  | 'findToken'
  | 'listTokens'
  | 'markRotated'
  | 'deleteSpent'
  | 'setSuccessor'
  | 'markRevoked'
  | 'revokeSessionless'
  | 'clearRevoked'
  | 'supersedeAccess'
>

export function createTokenStatements(client: Client, dialect: Dialect): TokenStatements {
  return {
    insertTokens: async (tokens) => {
      await insertRows(client, dialect, { table: 'tokens', columns: COLUMNS, rows: tokens.map(toRow) })
    },
    findToken: async (jti) => {
      const row = await client.token.findUnique({ where: { jti }, include: WITH_SESSION })
      return row === null ? null : toToken(row)
    },
    listTokens: async (page) => {
      const rows = await client.token.findMany({
        where: toWhere(page),
        orderBy: [{ issuedAt: 'desc' }, { jti: 'desc' }],
        take: page.limit,
        include: WITH_SESSION,
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
    deleteSpent: async ({ sessionId, before, limit }) => {
      await client.token.deleteMany({ where: { sessionId, rotatedAt: { lt: before } }, limit })
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
    revokeSessionless: ({ userId, at, reason }) =>
      client.token.updateManyAndReturn({
        where: {
          userId,
          sessionId: null,
          // Also what a person revoked: that could be taken back, and this cannot.
          OR: [{ revokedAt: null }, { revokedReason: { in: ['owner', 'admin'] } }],
        },
        data: { revokedAt: at, revokedReason: reason },
        select: { jti: true, expiresAt: true },
      }),
    clearRevoked: async (jti) => {
      await client.token.updateMany({ where: { jti }, data: { revokedAt: null, revokedReason: null } })
    },
    supersedeAccess: async ({ userId, at }) => {
      const ofUser = { userId, type: 'access' }
      const live = await client.token.updateManyAndReturn({
        where: { ...ofUser, AND: [LIVE, { OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] }] },
        data: { revokedAt: at, revokedReason: 'superseded' },
        select: { jti: true, issuedAt: true, expiresAt: true },
      })
      await client.token.updateMany({
        where: { ...ofUser, revokedReason: { in: ['owner', 'admin'] } },
        data: { revokedReason: 'superseded' },
      })
      return live
    },
  }
}

/** A session's end is its tokens' end, and marked once: on the session's row. */
const WITH_SESSION = { session: { select: { revokedAt: true, revokedReason: true } } }
const LIVE = { revokedAt: null, OR: [{ sessionId: null }, { session: { is: { revokedAt: null } } }] }
const REVOKED = { OR: [{ revokedAt: { not: null } }, { session: { is: { revokedAt: { not: null } } } }] }

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
    ...(revoked === undefined ? {} : { AND: revoked ? REVOKED : LIVE }),
    ...(after === undefined
      ? {}
      : {
          // The bound by itself lets the index begin there.
          issuedAt: { lte: after.issuedAt },
          OR: [{ issuedAt: { lt: after.issuedAt } }, { jti: { lt: after.jti } }],
        }),
  }
}

type TokenOfSession = TokenModel & { session: Pick<SessionModel, 'revokedAt' | 'revokedReason'> | null }

function toToken({ session, ...row }: TokenOfSession): TokenRecord {
  const { revokedAt, revokedReason } = row.revokedAt === null && session !== null ? session : row
  return {
    ...row,
    type: row.type as TokenType,
    revokedAt,
    revokedReason: revokedReason as RevokedReason | null,
  }
}
