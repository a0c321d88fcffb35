import { createSchema, createYoga } from 'graphql-yoga'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/base/errors.js'
import { type AuthContextOptions, createAuthContext } from '../../src/context/index.js'
import { guardTypeDefs, useGuard } from '../../src/guard/index.js'
import { createSetClock } from '../support/judge.js'
import { type IssuerKey, makeIssuerKey, startJwksServer } from '../support/jwks-server.js'
import { createTestLogger } from '../support/test-logger.js'

const NOW = 1_800_000_000
const issuer = 'https://issuer.example'
const audience = 'orders-api'
const rsa = makeIssuerKey('rsa')
const other = makeIssuerKey('rsa')
const ec = makeIssuerKey('P-256')

function sign({ privateKey }: IssuerKey, header: { alg: string; kid?: string }, changes: object = {}) {
  const claims = { sub: 'ada', iss: issuer, aud: audience, iat: NOW, exp: NOW + 86_400, ...changes }
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
}

async function open(keys: unknown[]) {
  const server = await startJwksServer({ keys })
  const clock = createSetClock(NOW * 1000)
  const logger = createTestLogger()
  const auth = createAuthContext({ jwksUrl: server.url, issuer, audience, clock, logger })
  return {
    server,
    auth,
    logger,
    /** Seconds since the start. */
    setAge: (seconds: number) => clock.set((NOW + seconds) * 1000),
    async codeOf(raw: string) {
      const { identity } = await auth({ headers: { authorization: `Bearer ${raw}` } })
      return identity.kind === 'active' ? identity.subject : identity.code
    },
  }
}

describe('P60 tokens of an issuer with jwksUrl', () => {
  test('are taken, by kid or without', async () => {
    const { codeOf, server } = await open([rsa.jwk({ kid: 'r' }), ec.jwk({ kid: 'e' })])
    expect(await codeOf(await sign(rsa, { alg: 'RS256', kid: 'r' }))).toBe('ada')
    expect(await codeOf(await sign(ec, { alg: 'ES256', kid: 'e' }))).toBe('ada')
    expect(await codeOf(await sign(ec, { alg: 'ES256' }))).toBe('ada')
    expect(server.asked()).toBe(1)
  })

  test('are refused with another key, algorithm, issuer or audience', async () => {
    const { codeOf } = await open([rsa.jwk({ kid: 'r' }), ec.jwk({ kid: 'e' })])
    for (const token of [
      sign(other, { alg: 'RS256', kid: 'r' }),
      sign(other, { alg: 'RS256' }),
      sign(rsa, { alg: 'RS512', kid: 'r' }),
      sign(rsa, { alg: 'PS256', kid: 'r' }),
      sign(rsa, { alg: 'RS256', kid: 'e' }),
      sign(rsa, { alg: 'RS256', kid: 'r' }, { iss: 'https://issuer.example.evil' }),
      sign(rsa, { alg: 'RS256', kid: 'r' }, { iss: undefined }),
      sign(rsa, { alg: 'RS256', kid: 'r' }, { aud: 'another-api' }),
      sign(rsa, { alg: 'RS256', kid: 'r' }, { aud: undefined }),
    ]) {
      expect(await codeOf(await token)).toBe('TOKEN_INVALID')
    }
  })

  test('are not taken by a key that the issuer withdrew, though they were before', async () => {
    const { codeOf, server, setAge } = await open([rsa.jwk({ kid: 'r' })])
    const token = await sign(rsa, { alg: 'RS256', kid: 'r' })
    expect(await codeOf(token)).toBe('ada')
    server.publish({ keys: [other.jwk({ kid: 'o' })] })
    setAge(599)
    expect(await codeOf(token)).toBe('ada')
    // Nothing but the known token comes, and the set is read again all the same.
    setAge(600)
    expect(await codeOf(token)).toBe('TOKEN_INVALID')
    expect(await codeOf(await sign(other, { alg: 'RS256', kid: 'o' }))).toBe('ada')
    expect(server.asked()).toBe(2)
  })

  test('go on while the issuer cannot be reached', async () => {
    const { codeOf, server, setAge, logger } = await open([rsa.jwk({ kid: 'r' })])
    const token = await sign(rsa, { alg: 'RS256', kid: 'r' })
    expect(await codeOf(token)).toBe('ada')
    await server.stop()
    for (const age of [600, 630, 5_000]) {
      setAge(age)
      expect(await codeOf(token)).toBe('ada')
      expect(await codeOf(await sign(other, { alg: 'RS256', kid: 'o' }))).toBe('UNAVAILABLE')
    }
    expect(logger.text()).toContain('ECONNREFUSED')
    expect(logger.text()).not.toContain(token)
  })
})

test('with no keys yet the answer is 503 UNAVAILABLE, public fields work, and nothing is thrown', async () => {
  const { auth, server, setAge, logger } = await open([rsa.jwk({ kid: 'r' })])
  await server.stop()
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: [guardTypeDefs, 'type Query { open: String @public secret: String @auth }'],
      resolvers: { Query: { open: () => 'open', secret: () => 'secret' } },
    }),
    context: auth,
    plugins: [useGuard({ unmarked: 'error' })],
    logging: false,
  })
  const token = await sign(rsa, { alg: 'RS256', kid: 'r' })
  async function ask(query: string) {
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return { status: response.status, body: await response.json() }
  }
  const refused = await ask('{ secret }')
  expect(refused).toMatchObject({
    status: 503,
    body: { errors: [{ extensions: { code: 'UNAVAILABLE', action: 'retry' } }] },
  })
  expect(refused.body).not.toHaveProperty('data')
  expect(await ask('{ open }')).toEqual({ status: 200, body: { data: { open: 'open' } } })
  expect(logger.lines[0]).toMatchObject({ level: 'error' })
  await server.resume()
  setAge(1)
  expect(await ask('{ secret }')).toEqual({ status: 200, body: { data: { secret: 'secret' } } })
})

describe('the options', () => {
  const jwksUrl = 'https://issuer.example/jwks'
  test.each<[string, AuthContextOptions, string]>([
    ['no issuer', { audience }, 'issuer'],
    ['an empty issuer', { audience, issuer: [] }, 'issuer'],
    ['no audience', { issuer }, 'audience'],
    ['a secret', { issuer, audience, secret: 'a-secret-of-at-least-32-bytes-long' }, 'secret'],
    ['a private key', { issuer, audience, privateKey: rsa.privateKey }, 'privateKey'],
    ['a public key', { issuer, audience, publicKey: 'public.pem' }, 'publicKey'],
    ['an algorithm to sign', { issuer, audience, algorithm: 'RS256' }, 'algorithm'],
    ['HS256 accepted', { issuer, audience, decodeAlgorithms: ['RS256', 'HS256'] }, 'decodeAlgorithms'],
    ['nothing accepted', { issuer, audience, decodeAlgorithms: [] }, 'decodeAlgorithms'],
    ['another address', { issuer, audience, jwksUrl: 'http://issuer.example/jwks' }, 'jwksUrl'],
    ['what is no address', { issuer, audience, jwksUrl: 5 as unknown as string }, 'jwksUrl'],
  ])('with %s are refused by name', (_name, options, option) => {
    let thrown: unknown
    try {
      createAuthContext({ jwksUrl, ...options })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(OptionError)
    expect(thrown).toMatchObject({ option })
  })
})
