import { type CredentialsInput, readCredentials, readDevice } from '../accounts/credentials.js'
import { AuthError } from '../base/errors.js'
import { presentedToken } from '../context/index.js'
import type { GenuineToken } from '../sessions/issued.js'
import { toAuthPayload } from './auth-payload.js'
import { type Resolver, requireActor, type ServerContext, type Services } from './services.js'

/** Logging in and out: the mutations that need no access token, and proving the password again. */
export function credentialResolvers(services: Services) {
  const { verifier, prepareAccount, starter, rotate, reauthenticate, sessionRevocation } = services

  const signup: Resolver<{ input: CredentialsInput }> = async (_parent, { input }, context) => {
    const device = readDevice(input.device)
    // One by one: a host may have added fields to the input, and none of them is ours to store.
    const { username, email, password } = input
    const user = await prepareAccount({ username, email, password })
    return toAuthPayload(context, await starter.signUp(user, { ...context.client(), device }))
  }

  const login: Resolver<{ input: CredentialsInput }> = async (_parent, { input }, context) =>
    toAuthPayload(context, await starter.logIn(readCredentials(input), context.client()))

  const refresh: Resolver<{ refreshToken?: string | null }> = async (_parent, args, context) => {
    const raw = args.refreshToken ?? requirePresented(context)
    const verdict = await verifier.verify(raw, 'refresh')
    if (verdict.kind === 'invalid') throw new AuthError('TOKEN_INVALID', { cause: verdict.reason })
    if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
    // Never TOKEN_EXPIRED, whose action is to refresh: a client that follows it would do so for ever.
    if (verdict.kind === 'expired') throw new AuthError('SESSION_ENDED')
    return toAuthPayload(context, await rotate(verdict, context.client()))
  }

  const prove: Resolver<{ password: string }> = async (_parent, { password }, context) =>
    toAuthPayload(context, await reauthenticate(requireActor(context), password))

  const logout: Resolver<{ refreshToken?: string | null }> = async (_parent, args, context) => {
    const presented = [args.refreshToken, presentedToken(context)?.raw]
    let ended = false
    for (const raw of presented) {
      const token = raw == null ? null : await readGenuine(raw)
      if (token !== null && (await sessionRevocation.logOut(token, context.client()))) ended = true
    }
    return { ended }
  }

  /** A token of ours, live or expired; null for anything else. */
  async function readGenuine(raw: string): Promise<GenuineToken | null> {
    const verdict = await verifier.verify(raw, 'any')
    if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
    return verdict.kind === 'invalid' ? null : verdict
  }

  return { Mutation: { signup, login, refresh, reauthenticate: prove, logout } }
}

/** The token of the request itself. Throws `UNAUTHENTICATED` without one, `INVALID_REQUEST` for a header that is none. */
function requirePresented(context: ServerContext): string {
  const presented = presentedToken(context)
  if (presented !== null) return presented.raw
  const { identity } = context
  throw new AuthError(identity.kind === 'invalid' ? identity.code : 'UNAUTHENTICATED')
}
