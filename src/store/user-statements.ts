import type { NewUser, Statements, UserPatch, UserRecord } from './contract.js'
import type { Client, Dialect } from './dialect.js'
import { findByPrefix } from './find-by-prefix.js'
import type { UserModel } from './generated/sqlite/models.js'
import type { UserPage } from './pages.js'

type UserStatements = Pick<
  Statements,
  | 'insertUser'
  | 'findUser'
  | 'findUserByUsername'
  | 'findUserByEmail'
  | 'listUsers'
  | 'findUsersByPrefix'
  | 'updateUser'
>

export function createUserStatements(client: Client, dialect: Dialect): UserStatements {
  return {
    insertUser: async (user) => {
      await client.user.create({ data: toRow(user), select: { id: true } })
    },
    findUser: async (id) => toUserOrNull(await client.user.findUnique({ where: { id } })),
    findUserByUsername: async (usernameKey) =>
      toUserOrNull(await client.user.findUnique({ where: { usernameKey } })),
    findUserByEmail: async (emailKey) => toUserOrNull(await client.user.findUnique({ where: { emailKey } })),
    listUsers: async ({ after, limit }) => {
      const rows = await client.user.findMany({
        where: after === undefined ? {} : toWhere(after),
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      })
      return rows.map(toUser)
    },
    findUsersByPrefix: async (page) => {
      const hits = await findByPrefix(client, dialect, page)
      const rows = await client.user.findMany({ where: { id: { in: hits.map(({ id }) => id) } } })
      const users = new Map(rows.map((row) => [row.id, toUser(row)]))
      return hits.flatMap(({ id, key }) => {
        const user = users.get(id)
        return user === undefined ? [] : [{ user, key }]
      })
    },
    updateUser: async (id, patch) => {
      const { count } = await client.user.updateMany({ where: { id }, data: toPatch(patch) })
      if (count === 0) throw new RangeError('updateUser: no user has this id')
    },
  }
}

/** A user's row as the contract has it. Throws on a row that is none of ours. */
export function toUser(row: UserModel): UserRecord {
  const { id, username, email, passwordHash, version, createdAt, disabledAt, deletedAt } = row
  return {
    id,
    username,
    email,
    passwordHash,
    roles: toRoles(row.roles),
    version,
    createdAt,
    disabledAt,
    deletedAt,
  }
}

function toUserOrNull(row: UserModel | null): UserRecord | null {
  return row === null ? null : toUser(row)
}

function toRoles(value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((role) => typeof role === 'string')) {
    throw new TypeError('users.roles: not a list of texts')
  }
  return value
}

function toRow(user: NewUser) {
  // Field by field: what else the object carries is no column.
  return {
    id: user.id,
    username: user.username,
    usernameKey: user.usernameKey,
    email: user.email,
    emailKey: user.emailKey,
    passwordHash: user.passwordHash,
    roles: [...user.roles],
    version: user.version,
    createdAt: user.createdAt,
    disabledAt: user.disabledAt,
    deletedAt: user.deletedAt,
  }
}

function toWhere({ createdAt, id }: NonNullable<UserPage['after']>) {
  // The bound by itself lets the index begin there.
  return {
    createdAt: { lte: createdAt },
    OR: [{ createdAt: { lt: createdAt } }, { id: { lt: id } }],
  }
}

function toPatch({ roles, ...patch }: UserPatch) {
  return roles === undefined ? patch : { ...patch, roles: [...roles] }
}
