import { readNamePrefix } from '../accounts/names.js'
import { type PublicUser, toPublicUser } from '../accounts/public-user.js'
import {
  type Connection,
  type PageArguments,
  readCursor,
  readFirst,
  readNameCursor,
  toConnection,
  writeCursor,
  writeNameCursor,
} from './connection.js'
import { readId } from './read-id.js'
import { type Resolver, requireActor, type Services } from './services.js'

interface UsersArguments extends PageArguments {
  search?: string | null
}

/** Administrators' view of accounts, and their changes. */
export function userResolvers({ store, userAdministration }: Services) {
  async function listUsers(args: PageArguments): Promise<Connection<PublicUser>> {
    const first = readFirst(args.first)
    const after = readCursor(args.after)
    const rows = await store.listUsers({
      after: after && { createdAt: after.at, id: after.id },
      limit: first + 1,
    })
    return toConnection(
      rows.map(toPublicUser),
      { first, isFirstPage: after === undefined },
      ({ createdAt, id }) => writeCursor({ at: createdAt, id }),
    )
  }

  async function findUsers(args: PageArguments, search: string): Promise<Connection<PublicUser>> {
    const first = readFirst(args.first)
    const after = readNameCursor(args.after)
    const hits = await store.findUsersByPrefix({ ...readNamePrefix(search), after, limit: first + 1 })
    const names = new Map(hits.map(({ user, key }) => [toPublicUser(user), key]))
    return toConnection([...names.keys()], { first, isFirstPage: after === undefined }, (user) =>
      writeNameCursor(names.get(user) ?? ''),
    )
  }

  const users: Resolver<UsersArguments> = (_parent, { search, ...page }) => {
    const text = search?.trim() ?? ''
    return text === '' ? listUsers(page) : findUsers(page, text)
  }

  const user: Resolver<{ id: string }> = async (_parent, { id }) => {
    const found = await store.findUser(readId(id))
    return found && toPublicUser(found)
  }

  type Change<T> = Resolver<T & { userId: string }>

  const setRoles: Change<{ roles: readonly string[] }> = async (_parent, change, context) => {
    const by = requireActor(context)
    return toPublicUser(await userAdministration.setRoles(by, { ...change, userId: readId(change.userId) }))
  }

  const setUserDisabled: Change<{ disabled: boolean }> = async (_parent, change, context) => {
    const by = requireActor(context)
    return toPublicUser(
      await userAdministration.setDisabled(by, { ...change, userId: readId(change.userId) }),
    )
  }

  const revokeUserSessions: Resolver<{ userId: string }> = (_parent, { userId }, context) =>
    userAdministration.endSessions(requireActor(context), readId(userId))

  return { Query: { users, user }, Mutation: { setRoles, setUserDisabled, revokeUserSessions } }
}
