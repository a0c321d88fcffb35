import type { TestServer } from '../../support/server.js'
import { newName } from '../../support/server.js'
import type { Maker, Somebody } from './operations.js'

/** Everybody has the password of one who signed up; to hash it for each would be all that these tests do. */
export async function createMaker(server: TestServer): Promise<Maker> {
  const store = await server.store()
  const model = await store.findUser((await server.signUp()).userId)
  if (model === null) throw new Error('nobody signed up')
  const { passwordHash } = model

  async function insert(roles: readonly string[]): Promise<{ id: string; name: string }> {
    const name = newName()
    await store.insertUser({
      ...{ id: name, username: name, usernameKey: name, email: null, emailKey: null, passwordHash, roles },
      ...{ version: 1, createdAt: new Date(server.clock.now()), disabledAt: null, deletedAt: null },
    })
    return { id: name, name }
  }

  function withSession(user: { id: string; name: string }, access: string, refresh: string): Somebody {
    const { sid } = server.sallyport.tokens.peek(access)?.unverifiedClaims ?? {}
    return { ...user, access, refresh, sessionId: String(sid) }
  }

  return {
    server,
    async make(roles = []) {
      const user = await insert(roles)
      const issued = await server.sallyport.tokens.issueRefresh({ subject: user.id })
      const { accessToken, refreshToken } = (await server.refresh(issued)).data.refresh
      return withSession(user, accessToken, refreshToken)
    },
    async makeFresh(roles = []) {
      const user = await insert(roles)
      const { accessToken, refreshToken } = await server.logIn(user.name)
      return withSession(user, accessToken, refreshToken)
    },
  }
}
