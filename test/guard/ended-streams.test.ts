import { makeExecutableSchema } from '@graphql-tools/schema'
import { parse, subscribe } from 'graphql'
import { expect, test } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { type GuardOptions, guardSchema, guardTypeDefs } from '../../src/guard/index.js'
import { createTestClock } from '../support/test-clock.js'

interface Context {
  identity?: { kind: 'active' }
  claims?: { exp?: unknown; auth_time?: number }
  ended?: AbortSignal
}

type Events = AsyncIterableIterator<unknown>

/** A guarded schema whose sources give what they are told to, and note what becomes of them. */
function createHost(options: Partial<GuardOptions> = {}) {
  const clock = createTestClock()
  const sources: { push(event: object): void; fail(): void; isReturned: boolean }[] = []

  function open(): AsyncIterable<unknown> {
    const waiting: { resolve(result: object): void; reject(error: unknown): void }[] = []
    const source = {
      isReturned: false,
      push: (value: object) => waiting.shift()?.resolve({ done: false, value }),
      fail: () => waiting.shift()?.reject(new Error('the source failed')),
    }
    sources.push(source)
    return {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<never>((resolve, reject) => waiting.push({ resolve: resolve as never, reject })),
        async return() {
          source.isReturned = true
          return { done: true, value: undefined }
        },
      }),
    }
  }
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [
        guardTypeDefs,
        'type Query { a: Int @public } type Subscription { orders: Int! @auth, news: Int @public, own: Int @fresh(maxAge: 30) }',
      ],
      resolvers: {
        Subscription: { orders: { subscribe: open }, news: { subscribe: open }, own: { subscribe: open } },
      },
    }),
    { unmarked: 'error', clock, ...options },
  )

  async function start(context: Context, field = 'orders'): Promise<Events> {
    const document = parse(`subscription { ${field} }`)
    const events = await subscribe({ schema, document, contextValue: context })
    if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events))
    return events
  }
  const bearer = (exp: unknown = clock.seconds() + 60): Context => ({
    identity: { kind: 'active' },
    claims: { exp },
  })
  return { clock, sources, start, bearer }
}

const over = { done: true, value: undefined }
const ended = (code: string) => ({ done: false, value: { errors: [{ extensions: { code } }] } })

test.each(['orders', 'news'])(
  'G53 a token that the host verified ends the stream at its exp: %s',
  async (field) => {
    const { clock, sources, start, bearer } = createHost()
    const events = await start(bearer(), field)
    const first = events.next()
    sources[0]?.push({ [field]: 1 })
    expect(await first).toEqual({ done: false, value: { data: { [field]: 1 } } })
    clock.advance(59)
    const second = events.next()
    sources[0]?.push({ [field]: 2 })
    expect(await second).toEqual({ done: false, value: { data: { [field]: 2 } } })
    const last = events.next()
    clock.advance(1)
    expect(await last).toMatchObject(ended('TOKEN_EXPIRED'))
    expect(await events.next()).toEqual(over)
    expect(sources[0]?.isReturned).toBe(true)
  },
)

test('G53 a token that says no time, or none that is one, ends no stream, and nobody’s neither', async () => {
  const { clock, sources, start, bearer } = createHost()
  const contexts = [
    bearer(undefined),
    bearer('soon'),
    bearer(Number.NaN),
    { identity: { kind: 'active' } } as const,
  ]
  const streams = [...(await Promise.all(contexts.map((context) => start(context)))), await start({}, 'news')]
  const one = await start(bearer(clock.seconds() + 1))
  clock.advance(1_000_000_000)
  expect(await one.next()).toMatchObject(ended('TOKEN_EXPIRED'))
  const results = streams.map((events) => events.next())
  for (const source of sources) source.push({ orders: 1, news: 1 })
  for (const result of results) expect(await result).toMatchObject({ value: { data: {} } })
})

test.each([
  ['as it says', new AuthError('TOKEN_REVOKED'), 'TOKEN_REVOKED'],
  ['for a reason of the host’s', new Error('maintenance'), 'TOKEN_EXPIRED'],
  ['for none', undefined, 'TOKEN_EXPIRED'],
])('G53 a host’s own signal ends the stream, %s', async (_how, reason, code) => {
  const { sources, start } = createHost()
  const controller = new AbortController()
  const events = await start({ identity: { kind: 'active' }, ended: controller.signal })
  const pending = events.next()
  controller.abort(reason)
  expect(await pending).toMatchObject(ended(code))
  expect(await events.next()).toEqual(over)
  expect(sources[0]?.isReturned).toBe(true)
})

test('a host’s signal that was aborted before, and one beside a time', async () => {
  const { clock, sources, start, bearer } = createHost()
  const controller = new AbortController()
  const both = () => start({ ...bearer(), ended: controller.signal })
  const [byTime, bySignal] = [await both(), await both()]
  controller.abort(new AuthError('UNAVAILABLE'))
  expect(await bySignal.next()).toMatchObject(ended('UNAVAILABLE'))
  clock.advance(60)
  expect(await byTime.next()).toMatchObject(ended('UNAVAILABLE'))
  const late = start({ identity: { kind: 'active' }, ended: controller.signal })
  await expect(late).rejects.toThrow('"UNAVAILABLE"')
  expect(sources).toHaveLength(2)
})

test('what a client leaves is let go, and its signal says so; the next stream on that context has its own', async () => {
  const { clock, sources, start, bearer } = createHost()
  const context = bearer()
  const first = await start(context)
  const signal = context.ended
  expect(signal?.aborted).toBe(false)
  await first.return?.()
  expect([signal?.aborted, sources[0]?.isReturned]).toEqual([true, true])
  const second = await start(context)
  expect(context.ended?.aborted).toBe(false)
  const pending = second.next()
  clock.advance(60)
  expect(await pending).toMatchObject(ended('TOKEN_EXPIRED'))
})

test('a context that cannot be written to ends its stream all the same', async () => {
  const { clock, start, bearer } = createHost()
  const events = await start(Object.freeze(bearer()))
  const pending = events.next()
  clock.advance(60)
  expect(await pending).toMatchObject(ended('TOKEN_EXPIRED'))
})

test('of several that wait for an event one is told why, and all are answered', async () => {
  const { clock, start, bearer } = createHost()
  const events = await start(bearer())
  const pending = [events.next(), events.next(), events.next()]
  clock.advance(60)
  expect(await Promise.all(pending)).toMatchObject([ended('TOKEN_EXPIRED'), over, over])
})

test('a source that fails is let go, and nobody is looked after any more', async () => {
  const { sources, start, bearer } = createHost()
  const context = bearer()
  const events = await start(context)
  const pending = events.next()
  sources[0]?.fail()
  await expect(pending).rejects.toThrow('the source failed')
  expect(await events.next()).toEqual(over)
  expect([sources[0]?.isReturned, context.ended?.aborted]).toEqual([true, true])
})

test('an event that comes with the end is not shown', async () => {
  const { clock, sources, start, bearer } = createHost()
  const context = bearer()
  const events = await start(context)
  const pending = events.next()
  clock.advance(60)
  await new Promise((resolve) => context.ended?.addEventListener('abort', resolve))
  sources[0]?.push({ orders: 7 })
  expect(await pending).toMatchObject(ended('TOKEN_EXPIRED'))
  expect(await events.next()).toEqual(over)
})

test('a stream that asks for a recent password ends when it is not recent any more; no event comes late', async () => {
  const { clock, sources, start } = createHost()
  const context = { identity: { kind: 'active' }, claims: { auth_time: clock.seconds() } } as const
  const [silent, busy] = [await start({ ...context }, 'own'), await start({ ...context }, 'own')]
  const [ofSilent, ofBusy] = [silent.next(), busy.next()]
  clock.advance(31)
  sources[1]?.push({ own: 1 })
  for (const result of [ofBusy, ofSilent]) expect(await result).toMatchObject(ended('FRESH_REQUIRED'))
  for (const events of [busy, silent]) expect(await events.next()).toEqual(over)
})

test('a source that gives events without a pause ends on the very second', async () => {
  const { clock, sources, start, bearer } = createHost()
  const events = await start(bearer())
  let shown = 0
  for (let second = 0; second < 70; second++) {
    const pending = events.next()
    sources[0]?.push({ orders: second })
    const { value, done } = (await pending) as IteratorResult<{ data?: unknown }>
    if (!done && value.data !== undefined && value.data !== null) shown++
    clock.advance(1)
  }
  expect(shown).toBe(60)
})

test('a viewer that cannot be told ends what is guarded, and nothing that is for everybody', async () => {
  let fails = false
  const { sources, start } = createHost({
    viewer() {
      if (fails) throw new Error('no directory')
      return { kind: 'active' }
    },
  })
  const guarded = await start({})
  fails = true
  const open = await start({}, 'news')
  expect(await guarded.next()).toMatchObject(ended('UNAVAILABLE'))
  const pending = open.next()
  sources[1]?.push({ news: 1 })
  expect(await pending).toEqual({ done: false, value: { data: { news: 1 } } })
})

test('a viewer of the host’s that is nobody any more ends the stream', async () => {
  let kind: 'active' | 'revoked' = 'active'
  const { start } = createHost({ viewer: () => ({ kind }) })
  const events = await start({})
  kind = 'revoked'
  expect(await events.next()).toMatchObject(ended('TOKEN_REVOKED'))
})
