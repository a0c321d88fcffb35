import { type Awaitable, isPromise } from '../base/awaitable.js'
import type { Claims, TokenType } from '../base/claims.js'
import type { Logger } from '../base/logger.js'
import type { SealedObject } from './strict-json.js'
import type { ValidToken } from './verify.js'

/** Whether a token that is otherwise good was taken back, as the host knows. */
export type IsRevoked = (claims: Claims, header: SealedObject) => Awaitable<boolean>

/** Whether the host takes a token with these claims. */
export type VerifyClaims = (claims: Claims, header: SealedObject) => Awaitable<boolean>

export interface HostChecks {
  /**
   * Asked for every token that is otherwise good, beside the revocations kept here: `true` is revoked. When it throws, or
   * answers anything but true or false, nobody is let in (`UNAVAILABLE`). A promise only where it must be.
   */
  readonly isRevoked?: IsRevoked
  /**
   * Asked last, with the claims and the header of a token that is otherwise good. Anything but `true`, also what it throws,
   * refuses the token (`CLAIMS_REJECTED`). A promise only where it must be.
   */
  readonly verifyClaims?: VerifyClaims
}

export type HostVerdict = 'good' | 'revoked' | 'rejected' | 'unavailable'

/** Never throws and never rejects. A promise only where the host's function answers one. */
export type CheckByHost = (token: Pick<ValidToken, 'type' | 'claims' | 'header'>) => Awaitable<HostVerdict>

/** Undefined where the host has none. */
export function createHostChecks(
  parts: HostChecks & {
    /** Which types of token `isRevoked` is asked about. By default both. */
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
