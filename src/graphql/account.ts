import type { PasswordChange } from '../sessions/account-changes.js'
import { followCarrier } from './auth-payload.js'
import { locationOf, type Resolver, requireActor, type Services } from './services.js'

/** The fields of the bearer's own account. */
export function accountResolvers({ accountChanges }: Services) {
  const me: Resolver = (_parent, _args, context) => context.user()

  const changePassword: Resolver<PasswordChange> = async (_parent, change, context) => {
    const deliver = followCarrier(context, locationOf(context))
    const session = await context.session()
    const origin = { ...context.client(), device: session?.device ?? null }
    const handOut = await accountChanges.changePassword(requireActor(context), change, {
      origin,
      finish: deliver,
    })
    return handOut()
  }

  const deleteAccount: Resolver = async (_parent, _args, context) => {
    const cookies = context.cookies()
    await accountChanges.deleteAccount(requireActor(context))
    cookies?.clear()
    return true
  }

  // A host's own `loadUser` may return fewer fields than our row has.
  const roles: Resolver<Record<string, never>, { roles?: unknown }> = (user) => user.roles ?? []

  return { Query: { me }, Mutation: { changePassword, deleteAccount }, User: { roles } }
}
