import type { Claims } from '../base/claims.js'
import { AuthError } from '../base/errors.js'
import type { TokenLocation } from '../base/identity.js'
import {
  areOfOneSession,
  isProven,
  type Located,
  type PresentedToken,
  presentedToken,
} from '../context/index.js'
import type { GenuineToken } from '../sessions/issued.js'
import type { CheckByHost } from '../tokens/host-checks.js'
import type { ValidToken, Verdict, Verifier } from '../tokens/verify.js'
import { locationOf, type ServerContext } from './services.js'

type Argument = string | null | undefined

/** Reads the tokens of `refresh` and `logout`, from their argument or from the request. */
export interface TokenReader {
  /**
   * Returns the live refresh token and its place, null for the argument.
   * @throws {AuthError} the error of `refresh` without a token; `CSRF_FAILED` for a cookie without the `csrf` value.
   */
  requireRefresh(
    context: ServerContext,
    argument: Argument,
  ): Promise<{ token: GenuineToken; location: TokenLocation | null }>
  /**
   * Returns every token of ours, live or expired. Cookies count only without the argument, and with the `csrf` value.
   * @throws {AuthError} `CSRF_FAILED` for the cookies of one session without the `csrf` value.
   */
  readAll(context: ServerContext, argument: Argument): Promise<readonly GenuineToken[]>
}

type Carried = Omit<PresentedToken, 'location'> & { readonly location: TokenLocation | null }

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
      requireOneSession(carried, verdict.claims)
      if (!isProven(carried, verdict.claims)) throw new AuthError('CSRF_FAILED')
      // Never TOKEN_EXPIRED: its action is `refresh`, which a client would follow forever.
      if (verdict.kind === 'expired') throw new AuthError('SESSION_ENDED')
      await requireHostsWord(verdict)
      return { token: verdict, location: carried.location }
    },

    async readAll(context, argument) {
      const genuine: GenuineToken[] = []
      let isUnproven = false
      for (const carried of findCarried(context, argument)) {
        const verdict = requireKnown(await verifier.verify(carried.raw, 'any'))
        if (verdict.kind === 'invalid') continue
        if (isProven(carried, verdict.claims)) genuine.push(verdict)
        // Mixed cookies authenticate no user, so a page may delete them without the `csrf` value.
        else if (areOfOneSession(carried, verdict.claims)) isUnproven = true
      }
      if (isUnproven && genuine.length === 0) throw new AuthError('CSRF_FAILED')
      return genuine
    },
  }
}

function findCarried(context: ServerContext, argument: Argument): Iterable<Carried> {
  const found = new Map<string, Carried>()
  if (argument != null) found.set(argument, inArgument(argument))
  for (const type of ['access', 'refresh'] as const) {
    for (const token of tokensOf(presentedToken(context, type))) {
      if (argument == null || token.location !== 'cookie') found.set(token.raw, token)
    }
  }
  return found.values()
}

function tokensOf(presented: Located): readonly PresentedToken[] {
  if (presented.kind === 'token') return [presented]
  return presented.kind === 'ambiguous' ? presented.tokens : []
}

/** Whether a refusal of `refresh` is about the request's cookies, or their absence. */
export function isByCookie(context: ServerContext, argument: Argument): boolean {
  if (argument != null) return false
  const presented = presentedToken(context, 'refresh')
  const location = presented.kind === 'none' ? (locationOf(context) ?? 'cookie') : presented.location
  return location === 'cookie'
}

function requireOneSession(carried: Carried, claims: Claims): void {
  if (areOfOneSession(carried, claims)) return
  throw new AuthError('TOKEN_INVALID', { cause: 'the cookies are of different sessions' })
}

function inArgument(raw: string): Carried {
  return { raw, location: null }
}

function requireKnown(verdict: Verdict): Exclude<Verdict, { kind: 'unavailable' }> {
  if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
  return verdict
}

/**
 * @throws {AuthError} `UNAUTHENTICATED` without a token, `TOKEN_INVALID` for several cookies, `INVALID_REQUEST` for a
 * text that is no token.
 */
function requirePresented(context: ServerContext): PresentedToken {
  const found = presentedToken(context, 'refresh')
  if (found.kind === 'token') return found
  if (found.kind === 'ambiguous') {
    throw new AuthError('TOKEN_INVALID', { cause: 'several cookies of one name' })
  }
  if (found.kind === 'malformed') throw new AuthError('INVALID_REQUEST')
  throw new AuthError('UNAUTHENTICATED', { message: 'You must be logged in: there is no refresh token.' })
}
