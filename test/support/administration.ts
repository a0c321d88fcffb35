import type { TestServer } from './server.js'

const USER = 'id username roles disabledAt deletedAt'

/** What an administrator does, by a token. */
export function actions(server: TestServer) {
  const mutate = (mutation: string, by: string, variables: Record<string, unknown>) =>
    server.ask(mutation, { token: by, variables })
  return {
    setRoles: (by: string, userId: string, roles: string[]) =>
      mutate(
        `mutation ($userId: ID!, $roles: [String!]!) { setRoles(userId: $userId, roles: $roles) { ${USER} } }`,
        by,
        { userId, roles },
      ),
    setDisabled: (by: string, userId: string, disabled = true) =>
      mutate(
        `mutation ($userId: ID!, $disabled: Boolean!) {
          setUserDisabled(userId: $userId, disabled: $disabled) { ${USER} }
        }`,
        by,
        { userId, disabled },
      ),
    revokeSessions: (by: string, userId: string) =>
      mutate('mutation ($userId: ID!) { revokeUserSessions(userId: $userId) }', by, { userId }),
    remove: (by: string) => mutate('mutation { deleteAccount }', by, {}),
  }
}

/** Whether the bearer is let in to what an administrator alone may see: `ok`, or a code. */
export const administer = async (server: TestServer, token: string) =>
  (await server.ask('{ allTokens(first: 1) { nodes { jti } } }', { token })).code ?? 'ok'
