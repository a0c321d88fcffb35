import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims, TokenType } from '../base/claims.js'
import type { Logger } from '../base/logger.js'
import type { SealedObject } from './strict-json.js'
import type { ValidToken } from './verify.js'

/** Whether an otherwise valid token was revoked, as the host application knows. */
export type IsRevoked = (claims: Claims, header: SealedObject) => Awaitable<boolean>

/** Whether the host application accepts a token with these claims. */
export type VerifyClaims = (claims: Claims, header: SealedObject) => Awaitable<boolean>

export interface HostChecks {
  /**
   * Called for every otherwise valid token, in addition to the revocations kept here. Return `true` for a revoked one.
   * When it throws, or returns anything but true or false, the request is refused with `UNAVAILABLE`. Return a promise
   * only if you have to: it delays each request.
   */
  readonly isRevoked?: IsRevoked
  /**
   * Called last, with the claims and the header of an otherwise valid token. When it throws, or returns anything but
   * `true`, the token is refused with `CLAIMS_REJECTED`. Return a promise only if you have to: it delays each request.
   */
  readonly verifyClaims?: VerifyClaims
}

export type HostVerdict = 'good' | 'revoked' | 'rejected' | 'unavailable'

/** Never throws and never rejects. Returns a promise only when the host's function does. */
export type CheckByHost = (token: Pick<ValidToken, 'type' | 'claims' | 'header'>) => Awaitable<HostVerdict>

/** Combines the host's checks. Undefined when the host has none. */
export function createHostChecks(
  parts: HostChecks & {
    /** The token types that `isRevoked` is called for. @default both */
    readonly revocable?: (type: TokenType) => boolean
    readonly logger: Logger
  },
): CheckByHost | undefined {
  const { isRevoked, verifyClaims, revocable = () => true, logger } = parts
  if (isRevoked === undefined && verifyClaims === undefined) return undefined

  function readRevoked(answer: unknown): HostVerdict {
    if (answer === true) return 'revoked'
    if (answer === false) return 'good'
    logger.error({}, 'isRevoked answered neither true nor false')
    return 'unavailable'
  }

  function readVerified(answer: unknown): HostVerdict {
    return answer === true ? 'good' : 'rejected'
  }

  function fail(name: string, verdict: HostVerdict) {
    return (err: unknown) => {
      logger.error({ err }, `${name} failed`)
      return verdict
    }
  }

  function ask(
    hook: IsRevoked | VerifyClaims,
    { claims, header }: Parameters<CheckByHost>[0],
    [read, failed]: [(answer: unknown) => HostVerdict, (err: unknown) => HostVerdict],
  ): Awaitable<HostVerdict> {
    try {
      const answer = hook(claims, header)
      return isPromise(answer) ? answer.then(read, failed) : read(answer)
    } catch (err) {
      return failed(err)
    }
  }

  function askClaims(token: Parameters<CheckByHost>[0]): Awaitable<HostVerdict> {
    if (verifyClaims === undefined) return 'good'
    return ask(verifyClaims, token, [readVerified, fail('verifyClaims', 'rejected')])
  }

  return (token) => {
    if (isRevoked === undefined || !revocable(token.type)) return askClaims(token)
    const revoked = ask(isRevoked, token, [readRevoked, fail('isRevoked', 'unavailable')])
    const goOn = (verdict: HostVerdict) => (verdict === 'good' ? askClaims(token) : verdict)
    return isPromise(revoked) ? revoked.then(goOn) : goOn(revoked)
  }
}
