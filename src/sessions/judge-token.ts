import type { RevocationFeed } from '../revocation/feed.js'
import type { Store, TokenRecord } from '../store/contract.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type { ExpectedType, ValidToken, Verdict, Verifier } from '../tokens/verify.js'

/** A token that signature, claims and time vouch for, but that is not good any more, or not here. */
export interface OverToken {
  /**
   * `superseded`: counts as expired. `rotated`: a refresh token that was exchanged. `unknown`: a refresh token that is
   * not kept here, minted elsewhere or long past. `rejected`: the host does not take its claims.
   */
  readonly kind: 'revoked' | 'superseded' | 'rotated' | 'unknown' | 'rejected'
  readonly token: ValidToken
}

/** What the server makes of a token: data, never an exception of its own. Throws what the store throws. */
export type JudgeToken = (raw: string, expected: ExpectedType) => Promise<Verdict | OverToken>

export function createJudgeToken(parts: {
  verifier: Verifier
  /** Absent: access tokens are not looked up among the revoked. */
  revocation?: Pick<RevocationFeed, 'check'>
  store: Pick<Store, 'findToken'>
  checks: 'all' | 'refresh' | 'none'
  /** The host's own checks. */
  checkByHost?: CheckByHost
}): JudgeToken {
  const { verifier, revocation, store, checks, checkByHost } = parts

  /** Refresh tokens are asked about in the database, as `refresh` does. */
  async function judgeRefresh({ claims }: ValidToken): Promise<OverToken['kind'] | 'live'> {
    const row: TokenRecord | null = claims.jti === undefined ? null : await store.findToken(claims.jti)
    if (row === null) return 'unknown'
    if (row.rotatedAt !== null) return 'rotated'
    return row.revokedAt !== null && checks !== 'none' ? 'revoked' : 'live'
  }

  return async (raw, expected) => {
    const verdict = await verifier.verify(raw, expected)
    if (verdict.kind !== 'valid') return verdict
    const kept = verdict.type === 'refresh' ? await judgeRefresh(verdict) : 'live'
    if (kept === 'rotated' || kept === 'revoked') return { kind: kept, token: verdict }
    const state = revocation?.check(verdict.claims, verdict.subject) ?? 'live'
    if (state === 'unavailable') return { kind: state, cause: 'the revocations are not loaded' }
    if (state !== 'live') return { kind: state, token: verdict }
    const host = (await checkByHost?.(verdict)) ?? 'good'
    if (host === 'unavailable') return { kind: host, cause: 'isRevoked failed' }
    if (host !== 'good') return { kind: host, token: verdict }
    return kept === 'unknown' ? { kind: kept, token: verdict } : verdict
  }
}
