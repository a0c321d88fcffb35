import type { Claims } from '../base/claims.js'
import type { TokenConfig } from '../base/options.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { Store } from '../store/contract.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type {
  ExpectedType,
  ExpiredToken,
  UnjudgedToken,
  ValidToken,
  Verdict,
  Verifier,
} from '../tokens/verify.js'
import { judgeRefresh, type RefreshState } from './judge-refresh.js'

/** A token with valid signature, claims and time that is revoked, or not stored here. */
export interface OverToken {
  /**
   * `superseded`: counts as expired. `rotated` and `reused`: an exchanged refresh token, within the reuse window and
   * after it. `unknown`: a refresh token that is not stored here. `rejected`: the host refuses its claims.
   */
  readonly kind: 'revoked' | 'superseded' | 'rotated' | 'reused' | 'unknown' | 'rejected'
  readonly token: ValidToken
}

/**
 * Returns how the server would treat a token: an access token as a guarded field does, a refresh token as `refresh`
 * does. Throws the store's errors only. The claims of a valid access token are those that the guard sees.
 */
export type JudgeToken = (raw: string, expected: ExpectedType) => Promise<Verdict | OverToken>

export function createJudgeToken(parts: {
  verifier: Verifier
  feed: Pick<RevocationFeed, 'check'>
  store: Pick<Store, 'findToken' | 'findSession' | 'findUser' | 'now'>
  config: TokenConfig
  /** The host's own checks. */
  checkByHost?: CheckByHost
  /** Changes the claims of a valid access token. When it throws, they are rejected. */
  deriveClaims: (claims: Claims) => Claims
}): JudgeToken {
  const { verifier, feed, store, config, checkByHost, deriveClaims } = parts

  /** Null when there is no objection. */
  function askFeed(token: ValidToken): OverToken | UnjudgedToken | null {
    if (config.checks !== 'all') return null
    const state = feed.check(token.claims, token.subject)
    if (state === 'unavailable') return { kind: state, cause: 'the revocations are not loaded' }
    return state === 'live' ? null : { kind: state, token }
  }

  /** Null when there is no objection. */
  async function askHost(token: ValidToken): Promise<OverToken | UnjudgedToken | null> {
    const verdict = (await checkByHost?.(token)) ?? 'good'
    if (verdict === 'unavailable') return { kind: verdict, cause: 'isRevoked failed' }
    return verdict === 'good' ? null : { kind: verdict, token }
  }

  async function judgeAccess(token: ValidToken): Promise<Verdict | OverToken> {
    const objection = askFeed(token) ?? (await askHost(token))
    if (objection !== null) return objection
    try {
      return { ...token, claims: deriveClaims(token.claims) }
    } catch {
      return { kind: 'rejected', token }
    }
  }

  /** The session is read before the token, so that an exchange in between is seen. */
  async function readRefresh({ claims, subject }: ValidToken): Promise<RefreshState> {
    const { jti, sid, iat } = claims
    if (jti === undefined || sid === undefined) return 'unknown'
    const now = await store.now()
    const session = await store.findSession(sid)
    const row = await store.findToken(jti)
    return judgeRefresh({ iat, row, session, user: await store.findUser(subject) }, config, now)
  }

  async function judgeRefreshToken(token: ValidToken): Promise<Verdict | OverToken> {
    const objection = await askHost(token)
    if (objection !== null) return objection
    const state = await readRefresh(token)
    if (state === 'live') return token
    if (state === 'expired') return { ...token, kind: state } satisfies ExpiredToken
    // A token that is not stored here is still refused with its user, for hosts that accept such tokens.
    return (state === 'unknown' ? askFeed(token) : null) ?? { kind: state, token }
  }

  return async (raw, expected) => {
    const verdict = await verifier.verify(raw, expected)
    if (verdict.kind !== 'valid') return verdict
    return verdict.type === 'refresh' ? judgeRefreshToken(verdict) : judgeAccess(verdict)
  }
}
