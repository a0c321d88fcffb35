import { expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { createKey, createSallyport, type KeyFunctions } from '../../src/index.js'
import { makeKeyPair } from '../support/key-pair.js'
import { SECRET, startServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const acme = createKey({ privateKey: makeKeyPair('ec').privateKey, kid: 'acme' })
const bolt = createKey({ secret: SECRET, kid: 'bolt' })
const tenants: Record<string, ReturnType<typeof createKey>> = { acme, bolt }
const soon = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)))
const tenantOf = (subject: unknown) => String(subject).split(':')[0] ?? ''

const keys: KeyFunctions = {
  find: (_header, claims) => tenants[tenantOf(claims.sub)] ?? null,
  sign: (subject) => tenants[tenantOf(subject)] ?? bolt,
}
const authenticate = ({ username }: { username: string | null }) => ({ id: username ?? '' })
const LOGIN =
  'mutation ($name: String) { login(input: { username: $name, password: "x" }) { accessToken refreshToken } }'

async function open(functions: KeyFunctions) {
  const server = await startServer({ keys: functions, authenticate })
  const logIn = async (name: string) => (await server.ask(LOGIN, { variables: { name } })).data.login
  const code = async (token: string) => (await server.ask('{ claims }', { token })).code ?? 'ok'
  return { server, logIn, code }
}

test.each<[string, KeyFunctions]>([
  ['at once', keys],
  [
    'later',
    {
      find: async (...args) => soon(await keys.find(...args)),
      sign: async (one) => soon(tenants[tenantOf(one)] ?? bolt),
    },
  ],
])(
  'P33 a key for each tenant, found %s: its tokens are good, those of another are not',
  async (_when, functions) => {
    const { server, logIn, code } = await open(functions)
    for (const [name, alg] of [
      ['acme:ada', 'ES256'],
      ['bolt:bob', 'HS256'],
    ] as const) {
      const { accessToken, refreshToken } = await logIn(name)
      expect(server.sallyport.tokens.peek(accessToken)?.unverifiedHeader).toMatchObject({
        alg,
        kid: tenantOf(name),
      })
      expect(await code(accessToken)).toBe('ok')
      const { data } = await server.refresh(refreshToken)
      expect(await code(data.refresh.accessToken)).toBe('ok')
    }
    const issued = await server.sallyport.tokens.issueAccess({ subject: 'acme:eve' })
    expect(await code(issued)).toBe('ok')
  },
)

test('P33 the algorithm is the key’s: a token signed with another tenant’s key, or alg, is invalid', async () => {
  const { server, code } = await open(keys)
  const lying = await startServer({ keys: { ...keys, sign: () => bolt }, authenticate, clock: server.clock })
  const token = await lying.sallyport.tokens.issueAccess({ subject: 'acme:ada' })
  expect(await code(token)).toBe('TOKEN_INVALID')
  const none = await lying.sallyport.tokens.issueAccess({ subject: 'nobody:x' })
  expect(await code(none)).toBe('TOKEN_INVALID')
})

test('P33 a key that the host takes back is refused at the next request', async () => {
  const { logIn, code } = await open(keys)
  const { accessToken } = await logIn('acme:ada')
  expect(await code(accessToken)).toBe('ok')
  delete tenants.acme
  expect(await code(accessToken)).toBe('TOKEN_INVALID')
  tenants.acme = acme
  expect(await code(accessToken)).toBe('ok')
})

const broken = () => {
  throw new Error('the vault is down')
}
test.each<[string, () => unknown]>([
  ['throws', broken],
  ['rejects', async () => broken()],
  ['answers a text', () => SECRET],
  ['answers a key that it made itself', () => ({ kid: 'x', algorithm: 'HS256', key: SECRET })],
  ['answers undefined', () => undefined],
])('P33 find that %s lets nobody in: UNAVAILABLE', async (_what, find) => {
  const good = await open(keys)
  const { accessToken } = await good.logIn('bolt:bob')
  const logger = createTestLogger()
  const auth = createAuthContext({
    keys: { find: find as KeyFunctions['find'] },
    clock: good.server.clock,
    logger,
  })
  const { identity } = await auth({ headers: { authorization: `Bearer ${accessToken}` } })
  expect(identity.kind).toBe('unavailable')
  expect(logger.lines).toMatchObject([{ level: 'error' }])
})

test('without sign nothing is issued, and the fields that would are off', async () => {
  const { server } = { server: await startServer({ keys: { find: keys.find } }) }
  const { data } = await server.ask('{ __schema { mutationType { fields { name } } } }')
  expect(data.__schema.mutationType.fields.map(({ name }: { name: string }) => name)).not.toContain('login')
})

test.each<[string, object, string]>([
  ['keys that are no functions', { keys: { find: 'a text' } }, 'keys'],
  ['a function that nobody calls', { keys: { ...keys, decode: () => null } }, 'keys.decode'],
  ['keys and a secret', { keys, secret: SECRET }, 'secret'],
  ['keys and a folder', { keys, keysDir: 'keys' }, 'keysDir'],
])('%s stop the start', async (_what, options, option) => {
  await expect(createSallyport(options)).rejects.toMatchObject({ option })
})

test.each<[object, string]>([
  [{ secret: 'short' }, 'secret'],
  [{ secret: SECRET, algorithm: 'RS256' }, 'algorithm'],
  [{ secret: SECRET, kid: '' }, 'kid'],
  [{}, 'secret'],
])('createKey refuses %j by name', (options, option) => {
  expect(() => createKey(options)).toThrowError(expect.objectContaining({ option }))
})
