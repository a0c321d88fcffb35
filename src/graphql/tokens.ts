import type { TokenType } from '../base/claims.js'
import type { TokenRecord } from '../store/contract.js'
import {
  type Connection,
  type PageArguments,
  readCursor,
  readFirst,
  toConnection,
  writeCursor,
} from './connection.js'
import { readId } from './read-id.js'
import { type Resolver, requireActor, type ServerContext, type Services } from './services.js'

interface TokensArguments extends PageArguments {
  type?: Uppercase<TokenType> | null
}

interface AllTokensArguments extends TokensArguments {
  userId?: string | null
  revoked?: boolean | null
}

/** The rows of issued tokens, and how to revoke them. */
export function tokenResolvers({ store, tokenRevocation, isFresh }: Services) {
  async function readPage(args: TokensArguments, filter: { userId?: string; revoked?: boolean }) {
    const first = readFirst(args.first)
    const after = readCursor(args.after)
    const rows = await store.listTokens({
      ...filter,
      type: args.type === 'ACCESS' ? 'access' : args.type === 'REFRESH' ? 'refresh' : undefined,
      after: after && { issuedAt: after.at, jti: after.id },
      limit: first + 1,
    })
    return toConnection(rows, { first, isFirstPage: after === undefined }, ({ issuedAt, jti }) =>
      writeCursor({ at: issuedAt, id: jti }),
    )
  }

  const tokens: Resolver<TokensArguments> = (_parent, args, context): Promise<Connection<TokenRecord>> =>
    readPage(args, { userId: requireActor(context).userId })

  const allTokens: Resolver<AllTokensArguments> = (_parent, args): Promise<Connection<TokenRecord>> =>
    readPage(args, {
      userId: args.userId == null ? undefined : readId(args.userId),
      revoked: args.revoked ?? undefined,
    })

  const revoke: Resolver<{ jti: string }> = (_parent, { jti }, context) =>
    tokenRevocation.revoke(requireActor(context), readId(jti))

  const unrevoke: Resolver<{ jti: string }> = (_parent, { jti }, context) =>
    tokenRevocation.unrevoke(requireActor(context), readId(jti))

  const Token = {
    type: (token: TokenRecord) => token.type.toUpperCase(),
    fresh: (token: TokenRecord) =>
      isFresh({ fresh: token.freshUntil === null ? token.fresh : token.freshUntil.getTime() / 1000 }),
    current: (token: TokenRecord, _args: unknown, { identity }: ServerContext) =>
      identity.kind === 'active' && identity.tokenId === token.jti,
  }

  return { Query: { tokens, allTokens }, Mutation: { revoke, unrevoke }, Token }
}
