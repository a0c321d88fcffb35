import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningExample, startExample } from './start-example.js'

/** Who asks for what, and what comes: the data, or the status and the code of a refusal. */
interface Row {
  /** As the example prints it; absent: nobody. */
  readonly as?: string
  readonly query: string
  readonly data?: unknown
  readonly refused?: readonly [status: number, code: string]
}

function check(name: string, env: Record<string, string>, rows: readonly Row[]): () => RunningExample {
  let example: RunningExample
  beforeAll(async () => {
    example = await startExample(name, env)
    return example.stop
  })
  test.each(rows)('$as: $query', async ({ as, query, data, refused }) => {
    const { status, challenge, body } = await example.ask(query, as)
    if (refused === undefined) {
      expect({ status, body }).toEqual({ status: 200, body: { data } })
      return
    }
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual(refused)
    expect(body).not.toHaveProperty('data')
    expect(challenge).toMatch(/^Bearer realm="sallyport"/)
  })
  return () => example
}

/** A genuine token, but for the signature, which is another's. */
function graft(body: string, signature: string): string {
  return body.slice(0, body.lastIndexOf('.')) + signature.slice(signature.lastIndexOf('.'))
}

describe('yoga', () => {
  const secret = 'the-secret-of-whoever-issues-the-tokens'
  const sign = (claims: Record<string, unknown>, key = secret) =>
    new SignJWT({ sub: 'ada', ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key))
  const example = check('yoga', { JWT_SECRET_KEY: secret }, [
    { query: '{ shop }', data: { shop: 'open' } },
    { query: '{ shop orders { item } }', refused: [401, 'UNAUTHENTICATED'] },
    { as: 'ada', query: '{ orders { item } }', data: { orders: [{ item: 'tea' }] } },
    { as: 'ada', query: '{ orders(deleted: true) { item } }', refused: [403, 'FORBIDDEN'] },
    { as: 'root', query: '{ orders(deleted: true) { item } }', data: { orders: [{ item: 'milk' }] } },
    { as: 'root', query: '{ orders { margin } }', data: { orders: [{ margin: 0.4 }] } },
    { as: 'ada', query: '{ accounts }', refused: [403, 'FORBIDDEN'] },
    { as: 'root', query: '{ accounts }', data: { accounts: ['ada', 'root'] } },
    { query: 'mutation { closeShop }', refused: [401, 'UNAUTHENTICATED'] },
    { as: 'ada', query: 'mutation { closeShop }', refused: [403, 'FORBIDDEN'] },
    { as: 'root', query: 'mutation { closeShop }', data: { closeShop: true } },
  ])

  test('what is null for some is null, and the rest is there', async () => {
    const { status, body } = await example().ask('{ orders { item margin } }', 'ada')
    expect(status).toBe(200)
    expect(body.data).toEqual({ orders: [{ item: 'tea', margin: null }] })
    expect(body.errors).toMatchObject([{ path: ['orders', 0, 'margin'], extensions: { code: 'FORBIDDEN' } }])
  })

  test('tokens of its issuer are taken, others and expired ones are not, and public fields work with any', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const admin = { roles: ['admin'], exp }
    for (const [token, status, code] of [
      [await sign(admin), 200, undefined],
      [await sign(admin, `another-${secret}`), 401, 'TOKEN_INVALID'],
      [await sign({ ...admin, exp: exp - 120 }), 401, 'TOKEN_EXPIRED'],
      [await sign({ roles: ['admin'] }), 401, 'TOKEN_INVALID'],
      [await sign({ ...admin, type: 'refresh' }), 401, 'TOKEN_INVALID'],
    ] as const) {
      const guarded = await example().ask('{ accounts }', token)
      expect([guarded.status, guarded.body.errors?.[0].extensions.code]).toEqual([status, code])
      expect((await example().ask('{ shop }', token)).body).toEqual({ data: { shop: 'open' } })
    }
    const stale = await sign({ ...admin, auth_time: exp - 600 })
    const { status, challenge, body } = await example().ask('mutation { closeShop }', stale)
    expect([status, body.errors[0].extensions.action]).toEqual([401, 'reauthenticate'])
    expect(challenge).toContain('error="insufficient_user_authentication", max_age="300"')
  })
})

describe('apollo', () => {
  const orders = { orders: ['tea'] }
  const accounts = { accounts: ['ada'] }
  const example = check('apollo', {}, [
    { query: '{ shop }', data: { shop: 'open' } },
    { query: '{ shop orders }', refused: [401, 'UNAUTHENTICATED'] },
    { as: 'keycloak-admin', query: '{ accounts }', data: accounts },
    { as: 'keycloak-admin', query: '{ orders }', refused: [403, 'FORBIDDEN'] },
    { as: 'keycloak-reader', query: '{ orders }', data: orders },
    { as: 'keycloak-reader', query: '{ orders accounts }', refused: [403, 'FORBIDDEN'] },
    { as: 'auth0-reader', query: '{ orders }', data: orders },
    { as: 'auth0-reader', query: '{ accounts }', refused: [403, 'FORBIDDEN'] },
    { as: 'auth0-scope', query: '{ orders }', data: orders },
    { as: 'auth0-admin', query: '{ accounts }', data: accounts },
    { as: 'auth0-admin', query: '{ orders }', refused: [403, 'FORBIDDEN'] },
    // For another API of the same issuer.
    { as: 'elsewhere', query: '{ accounts }', refused: [401, 'TOKEN_INVALID'] },
    { as: 'elsewhere', query: '{ shop }', data: { shop: 'open' } },
  ])

  test('a token with the signature of another is refused', async () => {
    const { tokenOf, ask } = example()
    const grafted = graft(tokenOf('keycloak-admin'), tokenOf('auth0-reader'))
    const { status, body } = await ask('{ accounts }', grafted)
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'TOKEN_INVALID'])
  })
})

describe('mercurius', () => {
  const example = check('mercurius', {}, [
    { query: '{ shop }', data: { shop: 'open' } },
    { query: '{ shop orders }', refused: [401, 'UNAUTHENTICATED'] },
    { as: 'ada', query: '{ shop orders }', data: { shop: 'open', orders: ['tea for ada'] } },
    { as: 'root', query: '{ orders }', data: { orders: ['tea for root'] } },
    { as: 'ada', query: '{ orders accounts }', refused: [403, 'FORBIDDEN'] },
    { as: 'root', query: '{ accounts }', data: { accounts: ['ada', 'root'] } },
    { as: 'not.a.token', query: '{ orders }', refused: [401, 'TOKEN_INVALID'] },
    { as: 'not.a.token', query: '{ shop }', data: { shop: 'open' } },
  ])

  test('a token with the signature of another is refused', async () => {
    const { tokenOf, ask } = example()
    const { status, body } = await ask('{ accounts }', graft(tokenOf('root'), tokenOf('ada')))
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'TOKEN_INVALID'])
  })
})

describe('delegated', () => {
  const example = check('delegated', {}, [
    { query: '{ shop }', data: { shop: 'open' } },
    { as: 'ada', query: '{ shop orders { item } }', data: { shop: 'open', orders: [{ item: 'tea' }] } },
    { as: 'root', query: '{ orders { item margin } }', data: { orders: [{ item: 'tea', margin: 0.4 }] } },
  ])

  test.each([
    ['nobody', undefined, '{ shop orders { item } }', 'UNAUTHENTICATED'],
    ['ada', 'ada', '{ shop orders { item margin } }', 'FORBIDDEN'],
    ['ada, by other names', 'ada', '{ shop orders { ...on Order { m: margin } } }', 'FORBIDDEN'],
    ['a bad token', 'not.a.token', '{ shop orders { item } }', 'TOKEN_INVALID'],
  ])('G55 refused behind the gateway, as an error of its field: %s', async (_name, bearer, query, code) => {
    const { status, body } = await example().ask(query, bearer)
    expect(status).toBe(200)
    expect(body.data).toEqual({ shop: 'open', orders: null })
    expect(body.errors).toMatchObject([{ path: ['orders'], extensions: { code } }])
  })
})

describe('rows', () => {
  const tea = { id: '1', owner: 'ada', item: 'tea' }
  const milk = { id: '2', owner: 'bob', item: 'milk' }
  const fields = '{ id owner item }'
  check('rows', {}, [
    { query: `{ orders ${fields} }`, refused: [401, 'UNAUTHENTICATED'] },
    { query: `{ order(id: "1") ${fields} }`, refused: [401, 'UNAUTHENTICATED'] },
    { as: 'ada', query: `{ orders ${fields} }`, data: { orders: [tea] } },
    { as: 'bob', query: `{ orders ${fields} }`, data: { orders: [milk] } },
    { as: 'root', query: `{ orders ${fields} }`, data: { orders: [] } },
    { as: 'ada', query: `{ order(id: "1") ${fields} }`, data: { order: tea } },
    { as: 'ada', query: `{ order(id: "2") ${fields} }`, data: { order: null } },
    { as: 'ada', query: `{ order(id: "3") ${fields} }`, data: { order: null } },
    { as: 'ada', query: `{ allOrders ${fields} }`, refused: [403, 'FORBIDDEN'] },
    { as: 'root', query: `{ allOrders ${fields} }`, data: { allOrders: [tea, milk] } },
  ])
})
