import { makeExecutableSchema } from '@graphql-tools/schema'
import { parse, subscribe } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type AuthContextOptions, createAuthContext, createKey } from '../../src/context/index.js'
import { guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { forge, hmac } from '../support/forge.js'
import { createTestClock } from '../support/test-clock.js'

const SECRET = 'a secret that is long enough for every algorithm: HS256, HS384 and HS512'

const silent: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({
    next: () => new Promise(() => {}),
    return: async () => ({ done: true, value: undefined }),
  }),
}
const schema = guardSchema(
  makeExecutableSchema({
    typeDefs: [guardTypeDefs, 'type Query { a: Int @public } type Subscription { news: Int @auth }'],
    resolvers: { Subscription: { news: { subscribe: () => silent } } },
  }),
  { unmarked: 'error' },
)
const document = parse('subscription { news }')

/** Opens a stream with a token of sixty seconds; answers its next event, which is its last. */
async function open(options: AuthContextOptions) {
  const clock = createTestClock()
  const [iat, exp] = [clock.seconds(), clock.seconds() + 60]
  const token = forge({ alg: 'HS256' }, { sub: 'ada', jti: 'jti-1', iat, exp }, hmac('sha256', SECRET))
  const keys = options.keys === undefined ? { secret: SECRET } : {}
  const auth = createAuthContext({ ...keys, logger: false, ...options, clock })
  const contextValue = await auth({ headers: { authorization: `Bearer ${token}` } })
  const events = await subscribe({ schema, document, contextValue })
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events))
  const code = events.next().then(({ value }) => value?.errors?.[0]?.extensions.code)
  return { clock, code, contextValue }
}

const withinASecond = (code: Promise<unknown>) =>
  Promise.race([code, new Promise((resolve) => setTimeout(resolve, 1_000, 'goes on'))])

describe('G53 a stream ends as a request with its token would', () => {
  test('on the second at which the leeway is over', async () => {
    const { clock, code, contextValue } = await open({ leeway: 30 })
    expect(contextValue.ended?.aborted).toBe(false)
    clock.advance(89)
    expect(await withinASecond(code)).toBe('goes on')
    clock.advance(1)
    expect(await code).toBe('TOKEN_EXPIRED')
    expect(contextValue.ended?.reason).toMatchObject({ code: 'TOKEN_EXPIRED' })
  })

  test('when its key is taken away', async () => {
    const all = [createKey({ secret: SECRET })]
    const { code } = await open({ keys: { find: () => [...all] } })
    all.pop()
    expect(await code).toBe('TOKEN_INVALID')
  })

  test('when the host does not take its claims any more, or cannot say whether it is revoked', async () => {
    let fails = false
    const rejected = await open({ verifyClaims: () => !fails })
    const unknown = await open({
      isRevoked() {
        if (fails) throw new Error('no database')
        return false
      },
    })
    fails = true
    expect([await rejected.code, await unknown.code]).toEqual(['CLAIMS_REJECTED', 'UNAVAILABLE'])
  })

  test('also while the host’s own check does not answer', async () => {
    let asked = 0
    const { clock, code } = await open({
      isRevoked: () => (asked++ === 0 ? false : new Promise<boolean>(() => {})),
    })
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(2)
    clock.advance(60)
    expect(await code).toBe('TOKEN_EXPIRED')
    expect(asked).toBe(2)
  })

  test('and not when its bearer’s token is taken back by nobody', async () => {
    const { code, contextValue } = await open({ revocation: { check: () => 'live' }, isRevoked: () => false })
    expect(await withinASecond(code)).toBe('goes on')
    expect(contextValue.ended?.aborted).toBe(false)
  })
})
