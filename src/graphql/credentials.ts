import { accountToCount } from '../accounts/authenticate.js'
import { type CredentialsInput, readCredentials, readDevice } from '../accounts/credentials.js'
import { AuthError, ERRORS } from '../base/errors.js'
import { requireWellFormed } from '../base/text.js'
import { chooseDelivery, type Delivery, followCarrier } from './auth-payload.js'
import { createTokenReader, isByCookie } from './read-tokens.js'
import { locationOf, type Resolver, requireActor, type Services } from './services.js'

type Input = CredentialsInput & { delivery: Delivery }

/** Login, sign-up, refresh and logout, which need no access token, and `reauthenticate`. */
export function credentialResolvers(services: Services) {
  const { verifier, prepareAccount, starter, rotate, reauthenticate, sessionRevocation, attempts } = services
  const { requireRefresh, readAll } = createTokenReader(verifier, services.checkByHost)

  const signup: Resolver<{ input: Input }> = async (_parent, { input }, context) => {
    const deliver = chooseDelivery(context, input.delivery)
    const device = readDevice(input.device)
    // Field by field, because a host may have added fields to the input, which we don't store.
    const { username, email, password } = input
    const client = context.client()
    const { id, handOut } = await attempts.signUp(client.ip, async () => {
      const user = await prepareAccount({ username, email, password })
      return { id: user.id, handOut: await starter.signUp(user, { ...client, device }, deliver) }
    })
    await attempts.remember(accountToCount(id), client.ip)
    return handOut()
  }

  const login: Resolver<{ input: Input }> = async (_parent, { input }, context) => {
    const deliver = chooseDelivery(context, input.delivery)
    const handOut = await starter.logIn(readCredentials(input), context.client(), deliver)
    return handOut()
  }

  const refresh: Resolver<{ refreshToken?: string | null }> = async (_parent, args, context) => {
    const client = context.client()
    const exchange = async () => {
      const { token, location } = await requireRefresh(context, args.refreshToken)
      const deliver = followCarrier(context, location)
      const handOut = await rotate(token, client, deliver)
      return handOut()
    }
    try {
      return await attempts.refresh(client.ip, exchange)
    } catch (error) {
      const needsLogin = error instanceof AuthError && ERRORS[error.code].action === 'login'
      if (needsLogin && isByCookie(context, args.refreshToken)) context.cookies()?.takeBack()
      throw error
    }
  }

  const prove: Resolver<{ password: string }> = async (_parent, { password }, context) => {
    const deliver = followCarrier(context, locationOf(context))
    requireWellFormed('password', password)
    const handOut = await reauthenticate(requireActor(context), password, deliver)
    return handOut()
  }

  const logout: Resolver<{ refreshToken?: string | null }> = async (_parent, args, context) => {
    const cookies = context.cookies()
    let ended = false
    for (const token of await readAll(context, args.refreshToken)) {
      if (await sessionRevocation.logOut(token, context.client())) ended = true
    }
    // Whatever they hold: a logout deletes every cookie.
    cookies?.clear()
    return { ended }
  }

  return { Mutation: { signup, login, refresh, reauthenticate: prove, logout } }
}
