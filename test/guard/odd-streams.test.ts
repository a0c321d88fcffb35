import { makeExecutableSchema } from '@graphql-tools/schema'
import { parse, subscribe } from 'graphql'
import { expect, test } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { type GuardOptions, guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { createTestClock } from '../support/test-clock.js'

const TYPES = `
  type Query { a: Int @public }
  type Subscription { orders: Int @auth, own: Int @fresh(maxAge: 30) @policy(policies: [["slow"]]), news: Int @public }
`

/** Opens a stream of this source with this context; its next result. */
async function open(
  source: () => unknown,
  context: object,
  { field = 'orders', ...options }: Partial<GuardOptions> & { field?: string } = {},
) {
  const subscription = { subscribe: source }
  const Subscription = { orders: subscription, own: subscription, news: subscription }
  const typeDefs = [guardTypeDefs, TYPES]
  const schema = guardSchema(makeExecutableSchema({ typeDefs, resolvers: { Subscription } }), {
    unmarked: 'error',
    ...options,
  })
  const events = await subscribe({
    schema,
    document: parse(`subscription { ${field} }`),
    contextValue: context,
  })
  if (!(Symbol.asyncIterator in events)) throw new Error(String(events.errors?.[0]?.extensions.code))
  return events.next()
}

const silent = (source: Partial<AsyncIterator<unknown>> = {}): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), ...source }),
})
const ada = () => ({ identity: { kind: 'active' } })
const over = (code: string) => ({ done: false, value: { errors: [{ extensions: { code } }] } })

test.each([
  [
    'throws',
    () => {
      throw new Error('at once')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('in a moment')
    },
  ],
  ['never answers', () => new Promise<never>(() => {})],
])('a source whose return %s ends as any other', async (_how, end) => {
  const controller = new AbortController()
  const result = open(() => silent({ return: end }), { ...ada(), ended: controller.signal })
  await new Promise((resolve) => setTimeout(resolve, 50))
  controller.abort(new AuthError('TOKEN_REVOKED'))
  expect(await result).toMatchObject(over('TOKEN_REVOKED'))
})

test('an iterable that is a function is looked after too', async () => {
  const controller = new AbortController()
  const result = open(() => Object.assign(() => {}, silent()), { ...ada(), ended: controller.signal })
  await new Promise((resolve) => setTimeout(resolve, 50))
  controller.abort(new AuthError('TOKEN_REVOKED'))
  expect(await result).toMatchObject(over('TOKEN_REVOKED'))
})

test('a host’s signal ends every stream on a context that they share', async () => {
  const controller = new AbortController()
  const context = { ...ada(), ended: controller.signal }
  const results = [
    open(() => silent(), context),
    open(() => silent(), context),
    open(() => silent(), context),
  ]
  await new Promise((resolve) => setTimeout(resolve, 50))
  controller.abort(new AuthError('TOKEN_REVOKED'))
  for (const result of results) expect(await result).toMatchObject(over('TOKEN_REVOKED'))
})

test('what changed while policies were asked counts: its source never starts', async () => {
  const clock = createTestClock()
  let started = 0
  const policies = {
    slow() {
      clock.advance(2)
      return true
    },
  }
  const context = { ...ada(), claims: { auth_time: clock.seconds() - 29 } }
  const source = () => {
    started++
    return silent()
  }
  await expect(open(source, context, { field: 'own', clock, policies })).rejects.toThrow('FRESH_REQUIRED')
  expect(started).toBe(0)
})

test.each(['orders', 'news'])(
  'who goes away while the source opens leaves none behind: %s',
  async (field) => {
    const client = new AbortController()
    const context = field === 'orders' ? ada() : {}
    let returned = 0
    const source = silent({
      async return() {
        returned++
        return { done: true, value: undefined }
      },
    })
    const opening = () => {
      client.abort()
      return source
    }
    await open(opening, { ...context, request: { signal: client.signal } }, { field })
    expect(returned).toBe(1)
  },
)

test('a context that lets nobody write to it is looked after, and left alone', async () => {
  const clock = createTestClock()
  const context = {
    ...ada(),
    claims: { exp: clock.seconds() + 1 },
    set ended(_signal: AbortSignal) {
      throw new Error('not here')
    },
  }
  const result = open(() => silent(), context, { clock })
  await new Promise((resolve) => setTimeout(resolve, 50))
  clock.advance(1)
  expect(await result).toMatchObject(over('TOKEN_EXPIRED'))
})
