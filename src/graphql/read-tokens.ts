import { AuthError } from '../base/errors.js'
import type { TokenLocation } from '../base/identity.js'
import { isProven, type PresentedToken, presentedToken } from '../context/index.js'
import type { GenuineToken } from '../sessions/issued.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type { ValidToken, Verdict, Verifier } from '../tokens/verify.js'
import type { ServerContext } from './services.js'

type Argument = string | null | undefined

/** Reads the tokens that `refresh` and `logout` are given: in their argument, or by the request. */
export interface TokenReader {
  /**
   * The live refresh token, and where it stood; null: in the argument. Throws what `refresh` answers without one, and
   * `CSRF_FAILED` for a cookie that nothing proves to be the page's own doing.
   */
  requireRefresh(
    context: ServerContext,
    argument: Argument,
  ): Promise<{ token: GenuineToken; location: TokenLocation | null }>
  /** Every token of ours that there is, live or expired; cookies only where the argument is left out. Throws `CSRF_FAILED`. */
  readAll(context: ServerContext, argument: Argument): Promise<readonly GenuineToken[]>
}

interface Carried {
  readonly raw: string
  readonly location: TokenLocation | null
  readonly csrfProof?: string
}

export function createTokenReader(verifier: Verifier, checkByHost?: CheckByHost): TokenReader {
  async function requireHostsWord(token: ValidToken): Promise<void> {
    const verdict = (await checkByHost?.(token)) ?? 'good'
    if (verdict === 'unavailable') throw new AuthError('UNAVAILABLE')
    if (verdict === 'revoked') throw new AuthError('SESSION_ENDED')
    if (verdict === 'rejected') throw new AuthError('CLAIMS_REJECTED')
  }

  return {
    async requireRefresh(context, argument) {
      const carried = argument == null ? requirePresented(context) : inArgument(argument)
      const verdict = requireKnown(await verifier.verify(carried.raw, 'refresh'))
      if (verdict.kind === 'invalid') throw new AuthError('TOKEN_INVALID', { cause: verdict.reason })
      if (!isProven(carried, verdict.claims)) throw new AuthError('CSRF_FAILED')
      // Never TOKEN_EXPIRED, whose action is to refresh: a client that follows it would do so for ever.
      if (verdict.kind === 'expired') throw new AuthError('SESSION_ENDED')
      await requireHostsWord(verdict)
      return { token: verdict, location: carried.location }
    },

    async readAll(context, argument) {
      const genuine: GenuineToken[] = []
      for (const carried of findCarried(context, argument)) {
        const verdict = requireKnown(await verifier.verify(carried.raw, 'any'))
        if (verdict.kind === 'invalid') continue
        if (!isProven(carried, verdict.claims)) throw new AuthError('CSRF_FAILED')
        genuine.push(verdict)
      }
      return genuine
    },
  }
}

function findCarried(context: ServerContext, argument: Argument): Iterable<Carried> {
  const found = new Map<string, Carried>()
  if (argument != null) found.set(argument, inArgument(argument))
  for (const type of ['access', 'refresh'] as const) {
    const presented = presentedToken(context, type)
    if (presented.kind !== 'token' || (argument != null && presented.location === 'cookie')) continue
    found.set(presented.raw, presented)
  }
  return found.values()
}

function inArgument(raw: string): Carried {
  return { raw, location: null }
}

function requireKnown(verdict: Verdict): Exclude<Verdict, { kind: 'unavailable' }> {
  if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
  return verdict
}

/** Throws `UNAUTHENTICATED` where there is none, `INVALID_REQUEST` for what stands in its place. */
function requirePresented(context: ServerContext): PresentedToken {
  const found = presentedToken(context, 'refresh')
  if (found.kind === 'token') return found
  throw new AuthError(found.kind === 'none' ? 'UNAUTHENTICATED' : 'INVALID_REQUEST')
}
