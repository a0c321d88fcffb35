import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { ERRORS, type ErrorCode } from '../../src/base/errors.js'
import { AuthError, createSallyport, type ErrorHooks, type ErrorInfo } from '../../src/index.js'
import { SECRET, startServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

describe('P30 errors in the host’s words', async () => {
  const told: ErrorInfo[] = []
  const reword = (info: ErrorInfo) => {
    told.push(info)
    return {
      message: `our words for ${info.code}`,
      extensions: { help: 'https://help.example', code: 'X' },
      status: 418,
    }
  }
  const errors = Object.fromEntries(Object.keys(ERRORS).map((code) => [code, reword])) as ErrorHooks
  const typeDefs =
    'extend type Query { mine: String @auth(onDeny: NULL, roles: ["owner"]) fails: String! @auth }'
  const resolvers = {
    Query: {
      fails: () => {
        throw new Error('a secret of the host')
      },
    },
  }

  async function open(options: object = {}) {
    told.length = 0
    return startServer({ errors, typeDefs, resolvers, ...options })
  }

  test.each<[ErrorCode, string, 'none' | 'garbage' | 'live' | 'expired' | 'revoked' | 'refresh', object?]>([
    ['UNAUTHENTICATED', '{ me { id } }', 'none'],
    ['TOKEN_EXPIRED', '{ me { id } }', 'expired'],
    ['TOKEN_INVALID', '{ me { id } }', 'garbage'],
    ['TOKEN_REVOKED', '{ me { id } }', 'revoked'],
    ['USER_NOT_FOUND', '{ me { id } }', 'live', { loadUser: () => null }],
    ['CLAIMS_REJECTED', '{ me { id } }', 'live', { verifyClaims: () => false }],
    ['FRESH_REQUIRED', 'mutation { deleteAccount }', 'refresh'],
    ['FORBIDDEN', '{ users { nodes { id } } }', 'live'],
    [
      'INVALID_CREDENTIALS',
      'mutation { login(input: { username: "x", password: "y" }) { tokenType } }',
      'none',
    ],
    ['BAD_USER_INPUT', 'mutation { login(input: { password: "y" }) { tokenType } }', 'none'],
    ['NOT_FOUND', 'mutation { revoke(jti: "x") { jti } }', 'live'],
    ['GRAPHQL_PARSE_FAILED', '{', 'none'],
    ['GRAPHQL_VALIDATION_FAILED', '{ nothing }', 'none'],
    ['INTERNAL_SERVER_ERROR', '{ fails }', 'live'],
  ])(
    '%s: message, extensions and status are theirs; code, action and headers stay',
    async (code, query, kind, options) => {
      const plain = await startServer({ typeDefs, resolvers, ...options })
      const server = await open(options)
      for (const one of [plain, server]) {
        const { accessToken, refreshToken, userId } = await one.signUp()
        const refreshed =
          kind === 'refresh' ? (await one.refresh(refreshToken)).data.refresh.accessToken : null
        if (kind === 'revoked') await one.ask('mutation { logout { ended } }', { token: accessToken })
        if (kind === 'expired') one.clock.advance(3_600)
        const token = kind === 'none' ? null : kind === 'garbage' ? 'x.y.z' : (refreshed ?? accessToken)
        told.length = 0
        const answer = await one.ask(query, { token })
        expect(answer.code).toBe(code)
        expect(answer.errors[0]?.extensions.action).toBe(ERRORS[code].action)
        const challenge = answer.headers.get('www-authenticate')
        expect(challenge === null).toBe(!('challenge' in ERRORS[code]))
        if (one === plain) continue
        expect(answer.status).toBe(418)
        expect(answer.errors[0]).toMatchObject({
          message: `our words for ${code}`,
          extensions: { help: 'https://help.example' },
        })
        expect(answer.errors[0]?.extensions).not.toHaveProperty('http')
        const isKnown = ['live', 'expired', 'revoked', 'refresh'].includes(kind)
        expect(told[0]).toMatchObject({ code, message: expect.not.stringContaining('secret of the host') })
        expect(told[0]?.claims?.sub).toBe(isKnown ? userId : undefined)
        expect(told[0]?.header?.alg).toBe(isKnown ? 'HS256' : undefined)
      }
    },
  )

  test('beside data the answer stays 200', async () => {
    const server = await open()
    const { accessToken } = await server.signUp()
    const answer = await server.ask('{ mine }', { token: accessToken })
    expect(answer).toMatchObject({ status: 200, data: { mine: null } })
    expect(answer.errors).toMatchObject([{ message: 'our words for FORBIDDEN', path: ['mine'] }])
  })

  test('a request that is none is refused in their words too', async () => {
    const { url } = await open()
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    })
    expect(response.status).toBe(415)
    expect((await response.json()).errors[0]).toMatchObject({ message: 'our words for INVALID_REQUEST' })
  })

  test('a subscription speaks them for as long as it streams, and its source ends with its reader', async () => {
    let isOver = false
    const { url, signUp } = await open({
      typeDefs: 'type Subscription { ticks: Int @auth }',
      resolvers: {
        Subscription: {
          ticks: {
            async *subscribe() {
              try {
                for (let tick = 1; ; tick++) {
                  yield { tick }
                  await setTimeout(10)
                }
              } finally {
                isOver = true
              }
            },
            resolve({ tick }: { tick: number }) {
              if (tick === 2) throw new AuthError('NOT_FOUND')
              if (tick === 3) throw new Error('a secret of the host')
              return tick
            },
          },
        },
      },
    })
    const { accessToken, userId } = await signUp()
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${accessToken}`,
      },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    })
    expect(response.headers.get('cache-control')).toBe('no-store')
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('"ticks":4')) break
    }
    const events = [...text.matchAll(/^data: (.+)$/gm)].map(([, json = '']) => JSON.parse(json))
    expect(events.slice(0, 3)).toMatchObject([
      { data: { ticks: 1 } },
      { data: { ticks: null }, errors: [{ message: 'our words for NOT_FOUND', path: ['ticks'] }] },
      { data: { ticks: null }, errors: [{ message: 'our words for INTERNAL_SERVER_ERROR' }] },
    ])
    expect(events[1].errors[0].extensions).toEqual({
      ...{ code: 'NOT_FOUND', action: 'none', help: 'https://help.example' },
    })
    expect(text).not.toContain('a secret of the host')
    expect(told.map(({ code, claims }) => [code, claims?.sub])).toEqual([
      ['NOT_FOUND', userId],
      ['INTERNAL_SERVER_ERROR', userId],
    ])
    await vi.waitFor(() => expect(isOver).toBe(true), { timeout: 20_000 })
  })

  test('the Fetch door speaks them as well', async () => {
    const { sallyport } = await open()
    const body = JSON.stringify({ query: '{ me { id } }' })
    const headers = { 'content-type': 'application/json' }
    const response = await sallyport.fetch(
      new Request('http://host/graphql', { method: 'POST', headers, body }),
    )
    expect(response.status).toBe(418)
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken words')
      },
    ],
    ['answers a promise', async () => ({ message: 'late' })],
    ['answers a status of success', () => ({ status: 200 })],
    ['answers a message that is no text', () => ({ message: 5 })],
    ['answers what cannot be written', () => ({ extensions: { big: 10n } })],
  ])('one that %s leaves the plain error, and the log says so', async (_what, broken) => {
    const logger = createTestLogger()
    const server = await open({ errors: { UNAUTHENTICATED: broken }, logger })
    const answer = await server.ask('{ me { id } }')
    expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    expect(answer.errors[0]?.message).toBe(ERRORS.UNAUTHENTICATED.message)
    expect(logger.lines.find(({ level }) => level === 'error')?.message).toMatch(/^errors: /)
  })

  test.each<[string, unknown]>([
    ['an unknown code', { TOKEN_EXPIRD: () => ({}) }],
    ['no function', { TOKEN_EXPIRED: 'text' }],
    ['a list', []],
  ])('%s stops the start', async (_what, wrong) => {
    const options: object = { secret: SECRET, errors: wrong }
    await expect(createSallyport(options)).rejects.toMatchObject({ option: 'errors' })
  })
})
