import { buildClientSchema, getIntrospectionQuery, validateSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { SECRET, startServer, startSharedServer, type TestServer } from '../support/server.js'
import { ask, createWsClient, openAcknowledged } from '../support/web-socket.js'

const SCHEMA = '{ __schema { queryType { name } } }'
const SEEN = { __schema: { queryType: { name: 'Query' } } }

describe('authenticated', async () => {
  const server = await startSharedServer({ introspection: 'authenticated' })
  const { accessToken: token } = await server.signUp()

  test('G40 who is logged in asks what the schema is, and nobody else', async () => {
    for (const query of [SCHEMA, '{ ...F } fragment F on Query { __schema { queryType { name } } }']) {
      for (let round = 0; round < 2; round++) {
        expect(await server.ask(query, { token })).toMatchObject({ status: 200, data: SEEN })
        const nobody = await server.ask(query)
        expect(nobody).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
        expect(nobody.errors[0]?.extensions.coordinate).toBe('Query.__schema')
        expect(nobody.body).not.toHaveProperty('data')
        expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
      }
    }
    const tools = await server.ask(getIntrospectionQuery({ inputValueDeprecation: true }), { token })
    expect(tools.data.__schema.types.length).toBeGreaterThan(40)
  })

  test('a bad token is a bad token', async () => {
    expect(await server.ask(SCHEMA, { token: 'garbage' })).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    })
  })

  test('G41 of two operations the one that is selected counts', async () => {
    const query = `mutation Leave { logout { ended } } query Ask ${SCHEMA} query Look { __typename whoami { state } }`
    expect((await server.ask(query, { operationName: 'Ask' })).code).toBe('UNAUTHENTICATED')
    expect((await server.ask(query, { operationName: 'Look' })).data).toEqual({
      __typename: 'Query',
      whoami: { state: 'ANONYMOUS' },
    })
  })

  test('G40 over GET, and as a stream of events', async () => {
    const get = await fetch(`${server.url}?${new URLSearchParams({ query: SCHEMA })}`)
    expect([get.status, await get.json()]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ])
    const events = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: SCHEMA }),
    })
    expect(await events.text()).not.toContain('queryType')
  })

  test('G40 G42 over a WebSocket', async () => {
    const raw = await openAcknowledged(server)
    for (const query of [SCHEMA, '{ usrs { totalCount } }', 'mutation { login { accessToken } }']) {
      const { body } = await server.ask(query)
      expect(await ask(raw, query)).toEqual(body)
    }
    const client = createWsClient(server, { connectionParams: { authorization: `Bearer ${token}` } })
    expect((await client.iterate({ query: SCHEMA }).next()).value).toEqual({ data: SEEN })
  })

  test.each([
    ['a field', '{ usrs { totalCount } }', 'Cannot query field "usrs" on type "Query".'],
    ['an argument', 'mutation { login { accessToken } }', 'The document does not fit the schema.'],
    [
      'a type that is not named',
      'mutation { login(input: { pasword: "" }) { acessToken } }',
      'The document does not fit the schema.',
    ],
  ])('G42 %s that the document does not name is named to nobody', async (_what, query, message) => {
    for (const asker of [token, undefined]) {
      const { status, code, errors } = await server.ask(query, asker === undefined ? {} : { token: asker })
      expect([status, code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED'])
      expect(errors.map((error) => error.message)).toContain(message)
      expect(JSON.stringify(errors)).not.toMatch(/Did you mean|LoginInput|AuthPayload|password/)
    }
  })

  test('G42 nor in a message about variables', async () => {
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }'
    const { status, code, errors } = await server.ask(query, { variables: { input: { pasword: 'x' } } })
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean|password/)
  })
})

test('G40 off: not for administrators either', async () => {
  const server = await startServer({ introspection: 'off' })
  const { accessToken: token } = await server.signUpAdmin()
  for (const asker of [{ token }, {}]) {
    const answer = await server.ask(SCHEMA, asker)
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    expect(answer.body).not.toHaveProperty('data')
  }
})

describe('by default', () => {
  const seenBy = async (server: TestServer) => {
    const { accessToken: token } = await server.signUp()
    return [(await server.ask(SCHEMA)).status, (await server.ask(SCHEMA, { token })).status]
  }

  test('it is for everybody, and messages help', async () => {
    const server = await startServer()
    expect(await seenBy(server)).toEqual([200, 200])
    const { errors } = await server.ask('{ usrs { totalCount } }')
    expect(errors[0]?.message).toContain('Did you mean')
  })

  test('in production it is for everybody, for what they may reach', async () => {
    const server = await startServer({ production: true, secret: SECRET })
    const shown = async (token?: string) => {
      const { data } = await server.ask(getIntrospectionQuery(), token === undefined ? {} : { token })
      const schema = buildClientSchema(data)
      expect(validateSchema(schema)).toEqual([])
      return Object.keys(schema.getQueryType()?.getFields() ?? {})
    }
    expect(await shown()).toEqual(['whoami'])
    const { accessToken: token } = await server.signUp()
    expect(await shown(token)).toEqual(['whoami', 'me', 'claims', 'sessions', 'tokens'])
    const { accessToken: admin } = await server.signUpAdmin()
    expect(await shown(admin)).toEqual(expect.arrayContaining(['users', 'auditLog', 'introspect']))
    expect(await server.ask(SCHEMA, { token: 'garbage' })).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    })
    const { errors } = await server.ask('mutation { login { accessToken } }')
    expect(errors[0]?.message).toContain('argument "input" of type "LoginInput!" is required')
  })

  test('G35 G40 what somebody is shown goes with their rights', async () => {
    const server = await startServer({ introspection: 'filtered' })
    const query = '{ __type(name: "AuditEvent") { name } whoami { state } }'
    const login = await server.signUpAdmin()
    const { accessToken: token } = login
    expect((await server.ask(query, { token })).data.__type).not.toBeNull()
    server.clock.advance(900)
    expect((await server.ask(query, { token })).code).toBe('TOKEN_EXPIRED')
    expect((await server.ask(query)).data).toEqual({ __type: null, whoami: { state: 'ANONYMOUS' } })
  })
})
