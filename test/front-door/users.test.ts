import { describe, expect, test } from 'vitest'
import { PASSWORD, startServer, type TestServer } from '../support/server.js'

const USERS = `query ($first: Int, $after: String, $search: String) {
  users(first: $first, after: $after, search: $search) {
    nodes { id username email roles createdAt disabledAt deletedAt }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

const asAdmin = async (server: TestServer) => {
  const { accessToken: token } = await server.signUpAdmin()
  return (variables: Record<string, unknown> = {}) => server.ask(USERS, { token, variables })
}

async function signUp(server: TestServer, username: string | null, email: string | null = null) {
  const { data } = await server.ask(
    'mutation ($input: SignupInput!) { signup(input: $input) { accessToken user { id } } }',
    { variables: { input: { username, email, password: PASSWORD } } },
  )
  return data.signup
}

describe('users', () => {
  test('newest first, page by page, each once, whoever signs up meanwhile', async () => {
    const server = await startServer()
    const users = await asAdmin(server)
    const ids = [(await users()).data.users.nodes[0].id]
    for (let n = 0; n < 6; n++) {
      // Several within a millisecond, too.
      if (n % 2 === 0) server.clock.advance(1)
      ids.unshift((await server.signUp()).userId)
    }
    const seen: string[] = []
    let after: string | null = null
    for (let page = 0; page < 4; page++) {
      const answer: Page = (await users({ first: 2, after })).data.users
      expect(answer.pageInfo.hasPreviousPage).toBe(page > 0)
      expect(answer.pageInfo.hasNextPage).toBe(page < 3)
      seen.push(...answer.nodes.map(({ id }) => id))
      after = answer.pageInfo.endCursor
      // Later than those above: within their millisecond the order is that of ids.
      server.clock.advance(1)
      await server.signUp()
    }
    expect([...seen].sort()).toEqual([...ids].sort())
    expect(seen.at(-1)).toBe(ids.at(-1))
  })

  test('shows what has become of an account; a deleted one has lost its names', async () => {
    const server = await startServer()
    const users = await asAdmin(server)
    const gone = await server.signUp()
    await server.ask('mutation { deleteAccount }', { token: gone.accessToken })
    const { nodes } = (await users()).data.users
    expect(nodes).toContainEqual({
      id: gone.userId,
      ...{ username: null, email: null, roles: [], disabledAt: null },
      ...{ createdAt: expect.any(String), deletedAt: new Date(server.clock.now()).toISOString() },
    })
  })

  test('search finds by how a name or an address begins, in the order of the names, each once', async () => {
    const server = await startServer()
    const users = await asAdmin(server)
    await signUp(server, 'Ada_L', 'ada@example.com')
    await signUp(server, 'adam', 'zoe@example.com')
    await signUp(server, 'bob', 'ADABOB@example.com')
    await signUp(server, null, 'ad%a@example.com')
    await signUp(server, 'ad-a')
    await signUp(server, 'ÄDA')
    await signUp(server, 'canada')
    const names = async (search: string) => {
      const { nodes } = (await users({ search })).data.users
      return nodes.map(({ username, email }: Record<string, string>) => username ?? email)
    }
    expect(await names('AdA')).toEqual(['Ada_L', 'bob', 'adam'])
    expect(await names(' ad ')).toEqual(['ad%a@example.com', 'ad-a', 'Ada_L', 'bob', 'adam'])
    expect(await names('ad%')).toEqual(['ad%a@example.com'])
    expect(await names('ad_')).toEqual([])
    expect(await names('äda')).toEqual(['ÄDA'])
    expect(await names('adabob@EXAMPLE')).toEqual(['bob'])
    expect(await names("x' OR 1=1 --")).toEqual([])
    expect(await names('nada')).toEqual([])
    expect(await names(' ')).toHaveLength(8)

    const seen: (string | null)[] = []
    let after: string | null = null
    for (;;) {
      const { nodes, pageInfo }: Page = (await users({ search: 'ad', first: 2, after })).data.users
      seen.push(...nodes.map(({ username, email }) => username ?? email))
      after = pageInfo.endCursor
      if (!pageInfo.hasNextPage) break
      await signUp(server, `ad-${seen.length}`)
    }
    expect(seen).toEqual(['ad%a@example.com', 'ad-a', 'Ada_L', 'bob', 'adam'])
  })

  test('refuses what is no page, no cursor and no search of ours', async () => {
    const server = await startServer()
    const users = await asAdmin(server)
    const { endCursor } = (await users()).data.users.pageInfo
    const { endCursor: nameCursor } = (await users({ search: 'user' })).data.users.pageInfo
    const bad = [
      ...[{ first: 0 }, { first: 101 }, { after: 'x' }, { search: 'a', after: endCursor }],
      ...[{ after: nameCursor }, { search: 'x'.repeat(201) }, { search: 'a\u0000b' }],
    ]
    for (const variables of bad) {
      expect(await users(variables), JSON.stringify(variables)).toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })

  test('is for administrators', async () => {
    const server = await startServer()
    const { accessToken, userId } = await server.signUp()
    for (const query of ['{ users { nodes { id } } }', `{ user(id: "${userId}") { id } }`]) {
      expect(await server.ask(query, { token: accessToken })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      })
      expect(await server.ask(query)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    }
  })
})

test('user answers an account by its id, a deleted one too; null for an id that nobody had', async () => {
  const server = await startServer()
  const { accessToken: token } = await server.signUpAdmin()
  const ada = await server.signUp()
  const user = async (id: string) =>
    (
      await server.ask('query ($id: ID!) { user(id: $id) { username deletedAt } }', {
        token,
        variables: { id },
      })
    ).data.user
  expect(await user(ada.userId)).toEqual({ username: ada.username, deletedAt: null })
  await server.ask('mutation { deleteAccount }', { token: ada.accessToken })
  expect(await user(ada.userId)).toEqual({ username: null, deletedAt: expect.any(String) })
  expect(await user('nobody')).toBeNull()
})

interface Page {
  nodes: { id: string; username: string | null; email: string | null }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string }
}
