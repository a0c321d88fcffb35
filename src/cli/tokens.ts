import type { TokenType } from '../base/claims.js'
import { systemClock } from '../base/clock.js'
import { silentLogger } from '../base/logger.js'
import { type EnvironmentOptions, optionsFromEnv } from '../base/options-from-env.js'
import { resolveTokens, resolveVerify } from '../base/resolve-options.js'
import { createRevocationFeed } from '../revocation/feed.js'
import { lastForeignExpiry } from '../sessions/end.js'
import { createTokenIssuing, type IssueAccess } from '../sessions/issue-tokens.js'
import { isPruned } from '../sessions/judge-refresh.js'
import { createTokenRevocation, type ForeignToken } from '../sessions/revoke-token.js'
import { createSessionSigner } from '../sessions/sign.js'
import { createIssuer } from '../tokens/issue.js'
import { createVerifier, type Verdict } from '../tokens/verify.js'
import { commitFor, OPERATOR, withKeyring } from './operate.js'
import type { Process } from './process.js'
import type { Opened } from './with-store.js'

/** Issues an access token with the server's keys. */
export function issueAccess({ store, options }: Opened, input: IssueAccess): Promise<string> {
  const config = { ...resolveVerify(options), ...resolveTokens(options) }
  return withKeyring(options, (keyring) => {
    const issuer = createIssuer({ keyring, config })
    const parts = { store, commit: commitFor(store), issuer, signer: createSessionSigner({ issuer }), config }
    return createTokenIssuing(parts).issueAccess(input)
  })
}

/** `foreign` describes a token without a row. Null when such a token counts as not found. */
export interface NamedToken {
  readonly jti: string
  readonly foreign: (Omit<ForeignToken, 'jti'> & { readonly type: TokenType | null }) | null
}

export async function revokeToken({ store }: Opened, { jti, foreign }: NamedToken) {
  const { revoke, revokeForeign } = createTokenRevocation({ store, commit: commitFor(store) })
  if (foreign === null || (await store.findToken(jti)) !== null) return revoke(OPERATOR, jti)
  const revokedAt = await revokeForeign(OPERATOR, { ...foreign, jti })
  return { ...foreign, jti, revokedAt, revokedReason: 'admin' as const }
}

/** When the last token issued elsewhere until now expires, by the options. Null means never. */
export function lastExpiry({ env }: Pick<Process, 'env'>): Date | null {
  return lastForeignExpiry(new Date(systemClock.now()), resolveTokens(optionsFromEnv(env)))
}

/** Verifies signature, claims and time of a token. */
export function verify(options: EnvironmentOptions, raw: string): Promise<Verdict> {
  const config = resolveVerify(options)
  return withKeyring(options, async (keyring) =>
    createVerifier({ keyring, config, clock: systemClock }).verify(raw, 'any'),
  )
}

/** Whether a verified token is revoked or exchanged, as the server would find. */
export async function findEnd(
  { store, options }: Opened,
  { claims, subject, type }: Verdict & { kind: 'valid' },
): Promise<'revoked' | 'superseded' | null> {
  const { checks, leewaySeconds } = resolveTokens(options)
  const row = claims.jti === undefined ? null : await store.findToken(claims.jti)
  const session = claims.sid === undefined ? null : await store.findSession(claims.sid)
  const isSpent = row === null ? session !== null && isPruned(claims.iat, session) : row.rotatedAt !== null
  if (type === 'refresh' && isSpent) return 'superseded'
  if (checks === 'none') return null
  if (type === 'refresh') return row?.revokedAt == null ? null : 'revoked'
  if (checks !== 'all') return null
  const parts = { store, clock: systemClock, logger: silentLogger, stale: 'deny', leewaySeconds } as const
  const feed = createRevocationFeed(parts)
  await feed.start()
  await feed.stop()
  const verdict = feed.check(claims, subject)
  return verdict === 'revoked' || verdict === 'superseded' ? verdict : null
}
