import { makeExecutableSchema } from '@graphql-tools/schema'
import { type ExecutionResult, execute, parse, subscribe } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type GuardOptions, guardSchema, guardTypeDefs, useGuard } from '../../src/guard/index.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: Int @public
  }
  type Subscription {
    tick(fast: Boolean): Tick @auth @policy(policies: [["may"], ["might"]])
    other: Int @auth @policy(policies: [["other"]])
    free: Tick @public
  }
  type Tick {
    number: Int
    detail: Int @policy(policies: [["detailed"]])
  }
`

function createHost() {
  const asked: string[] = []
  const held = new Map<string, boolean | Promise<boolean>>()
  const state = { isOpen: false, push: (_number: number) => {} }
  const policies: GuardOptions['policies'] = Object.fromEntries(
    ['may', 'might', 'detailed', 'other'].map((name) => [
      name,
      async () => {
        asked.push(name)
        return held.get(name) ?? name !== 'might'
      },
    ]),
  )
  async function* source() {
    const numbers: number[] = []
    let wake = () => {}
    state.push = (number) => {
      numbers.push(number)
      wake()
    }
    state.isOpen = true
    try {
      for (;;) {
        while (numbers.length > 0) {
          const number = numbers.shift()
          yield { tick: { number, detail: number }, free: { number, detail: number }, other: number }
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      state.isOpen = false
    }
  }
  const unguarded = makeExecutableSchema({
    typeDefs: [guardTypeDefs, typeDefs],
    resolvers: {
      Subscription: {
        tick: { subscribe: source },
        other: { subscribe: source },
        free: { subscribe: source },
      },
    },
  })
  const options: GuardOptions = { unmarked: 'error', policies }
  return { asked, held, state, unguarded, options, schema: guardSchema(unguarded, options) }
}

type Events = AsyncGenerator<ExecutionResult, void>
const bearer = () => ({ identity: { kind: 'active' }, claims: {} })

async function start(host: ReturnType<typeof createHost>, query: string, context: object = bearer()) {
  const events = await subscribe({ schema: host.schema, document: parse(query), contextValue: context })
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events))
  return events as Events
}

async function readEvent(events: Events, push: () => void) {
  const next = events.next()
  push()
  const { value, done } = await next
  return done ? 'over' : (value?.errors?.[0]?.extensions.code ?? value?.data)
}

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }),
)
afterEach(() => void vi.useRealTimers())

test('a policy is asked as a stream starts, and not at its events', async () => {
  const host = createHost()
  const events = await start(host, 'subscription { tick { number detail } }')
  for (const number of [1, 2, 3, 4, 5]) {
    expect(await readEvent(events, () => host.state.push(number))).toEqual({
      tick: { number, detail: number },
    })
  }
  expect(host.asked.sort()).toEqual(['detailed', 'may', 'might'])
  await events.return()
})

test.each(['may', 'detailed'])('a stream ends when a policy turns to deny: %s', async (name) => {
  const host = createHost()
  const events = await start(host, 'subscription { tick { number detail } }')
  expect(await readEvent(events, () => host.state.push(1))).toEqual({ tick: { number: 1, detail: 1 } })
  await vi.advanceTimersByTimeAsync(3000)
  // Once as it starts and once a second.
  expect(host.asked.filter((policy) => policy === name)).toHaveLength(4)
  host.held.set(name, false)
  const last = events.next()
  await vi.advanceTimersByTimeAsync(1000)
  expect((await last).value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  expect((await events.next()).done).toBe(true)
  // The generator is let go of as soon as what it waits for itself comes.
  host.state.push(2)
  await vi.advanceTimersByTimeAsync(0)
  expect(host.state.isOpen).toBe(false)
})

test('it goes on while another policy of the rule holds, and ends when a policy is silent or fails', async () => {
  for (const failure of [() => new Promise<boolean>(() => {}), () => Promise.reject(new Error('a bug'))]) {
    const host = createHost()
    const events = await start(host, 'subscription { tick { number } }')
    host.held.set('might', true)
    host.held.set('may', false)
    await vi.advanceTimersByTimeAsync(3000)
    expect(await readEvent(events, () => host.state.push(1))).toEqual({ tick: { number: 1 } })
    const last = events.next()
    const failing = failure()
    failing.catch(() => {})
    host.held.set('might', failing)
    await vi.advanceTimersByTimeAsync(2250)
    expect((await last).value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect((await events.next()).done).toBe(true)
  }
})

test('a policy that the variables bring in is asked; one stream does not vouch for another', async () => {
  const host = createHost()
  const context = bearer()
  const document = parse('subscription ($all: Boolean!) { free { number detail @include(if: $all) } }')
  const open = async (all: boolean) =>
    (await subscribe({
      schema: host.schema,
      document,
      variableValues: { all },
      contextValue: context,
    })) as Events
  const few = await open(false)
  expect(await readEvent(few, () => host.state.push(1))).toEqual({ free: { number: 1 } })
  expect(host.asked).toEqual([])
  host.held.set('detailed', false)
  expect(await open(true)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  expect(host.asked).toEqual(['detailed'])
  // A subscription that `execute` runs is no event of the stream that is open.
  const run = () =>
    execute({ schema: host.schema, document, variableValues: { all: true }, contextValue: context })
  expect((await run()).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  await few.return()
})

test('a later operation on the same context asks again, also while a stream of the same text is open', async () => {
  const host = createHost()
  const context = bearer()
  const document = parse('subscription { other }')
  const open = () => subscribe({ schema: host.schema, document, contextValue: context })
  const first = (await open()) as Events
  expect(host.asked).toEqual(['other'])
  const second = (await open()) as Events
  expect(host.asked).toEqual(['other', 'other'])
  host.held.set('other', false)
  expect(await open()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  await Promise.all([first.return(), second.return()])
  // No stream is open by now, so that nothing vouches for it.
  const left = await execute({
    schema: host.schema,
    document,
    contextValue: context,
    rootValue: { other: 1 },
  })
  expect(left.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
})

test('behind the adapter too: asked once, and the stream ends with the code', async () => {
  const { unguarded, options, asked, held, state } = createHost()
  const yoga = createYoga({
    schema: unguarded,
    plugins: [useGuard(options)],
    context: bearer,
    logging: false,
  })
  const response = await yoga.fetch('http://yoga/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { other }' }),
  })
  const text = response.text()
  await vi.waitUntil(() => state.isOpen)
  for (const number of [1, 2, 3]) state.push(number)
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toEqual(['other'])
  held.set('other', false)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await text).toMatch(/"other":3.*FORBIDDEN.*event: complete/s)
})
