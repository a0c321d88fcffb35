import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { type UseGuardOptions, useGuard, type Viewer } from '../../../src/guard/index.js'
import {
  BY_SESSION,
  useCarelessCache,
  useExecutingCache,
  useParamsCache,
  useStoppingCache,
} from '../support/caches.js'
import { makeHost } from '../support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open(id: ID): String
    mine: String @auth
    maybe: String @auth(onDeny: NULL)
    asked: String @policy(policies: [["owner"]])
    broken: String @auth
  }
  type Subscription {
    news: String @auth
    weather: String
  }
`

interface Person {
  readonly name: string
  readonly viewer: Viewer
}

const NOBODY: Person = { name: 'nobody', viewer: { kind: 'anonymous' } }
const ADA: Person = { name: 'ada', viewer: { kind: 'active', roles: ['owner'] } }
const BOB: Person = { name: 'bob', viewer: { kind: 'active' } }
const REVOKED: Person = { name: 'ada', viewer: { kind: 'revoked' } }

const personOf = (context: unknown) => (context as { person: Person }).person

const OPTIONS: UseGuardOptions = {
  unmarked: 'public',
  viewer: (context) => personOf(context).viewer,
  policies: { owner: async ({ roles }) => roles?.includes('owner') === true },
}

/** A Yoga whose every field answers who asked. */
function start(plugins: (guard: Plugin) => Plugin[], options: Partial<UseGuardOptions> = {}) {
  const host = makeHost(typeDefs)
  const logged: unknown[] = []
  for (const field of Object.values(host.schema.getQueryType()?.getFields() ?? {})) {
    field.resolve = (_source, _args, context) => {
      host.ran.push(field.name)
      if (field.name === 'broken') throw new Error('broken')
      return personOf(context).name
    }
  }
  let person = NOBODY
  const yoga = createYoga({
    schema: host.schema,
    batching: true,
    context: () => ({ person }),
    plugins: plugins(useGuard({ ...OPTIONS, ...options })),
    logging: { debug() {}, info() {}, warn() {}, error: (error: unknown) => logged.push(String(error)) },
  })
  const ask = async (body: object, asker: Person, accept = 'application/json') => {
    person = asker
    host.ran.length = 0
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-name': asker.name },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : null }
  }
  return { ask, logged, ran: host.ran }
}

const CACHES = [
  ['a cache that answers from onParams', useParamsCache],
  ['a cache that stops the execution', useStoppingCache],
  ['a cache that is the executor', useExecutingCache],
  ['Yoga’s response cache', useCarelessCache],
] as const
const ORDERS = [
  ['before', (guard: Plugin, cache: Plugin) => [cache, guard]],
  ['after', (guard: Plugin, cache: Plugin) => [guard, cache]],
] as const

describe.each(CACHES)('G31 %s, without the session in its key', (_cache, useCache) => {
  describe.each(ORDERS)('%s useGuard', (_order, order) => {
    const startWithCache = (options?: Partial<UseGuardOptions>) =>
      start((guard) => order(guard, useCache()), options)

    test('shows nobody what another was answered', async () => {
      const { ask, logged, ran } = startWithCache()
      expect((await ask({ query: '{ mine }' }, ADA)).body).toMatchObject({ data: { mine: 'ada' } })
      const other = await ask({ query: '{ mine }' }, BOB)
      expect(other.status).toBe(500)
      expect(other.body).not.toHaveProperty('data')
      expect(other.text).not.toContain('ada')
      expect(ran).toEqual([])
      expect(logged.join()).toContain("foreignAnswers: 'judge'")
      expect(other.text).not.toContain('foreignAnswers')
      const stranger = await ask({ query: '{ mine }' }, NOBODY)
      expect([stranger.status, stranger.body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
      expect(stranger.body).not.toHaveProperty('data')
    })

    test('each of a batch alike', async () => {
      const { ask } = startWithCache()
      await ask({ query: '{ mine }' }, ADA)
      const { text } = await ask([{ query: '{ mine }' }, { query: '{ open }' }] as object, BOB)
      const [mine, open] = JSON.parse(text)
      expect(mine).not.toHaveProperty('data')
      expect(open.data).toEqual({ open: 'bob' })
    })

    test('answers what is for everybody, and what nobody guards', async () => {
      const { ask, ran } = startWithCache()
      const queries = ['{ open }', '{ __schema { queryType { name } } }', '{ open mine @skip(if: true) }']
      for (const query of queries) {
        const first = await ask({ query }, ADA)
        expect([query, first.status]).toEqual([query, 200])
        const second = await ask({ query }, NOBODY)
        expect(second.body.data).toEqual(first.body.data)
        expect(ran.filter((field) => field !== '__schema')).toEqual([])
      }
    })

    test('with foreignAnswers: judge, who gets its answers is judged each time', async () => {
      const { ask, ran } = startWithCache({ foreignAnswers: 'judge' })
      await ask({ query: '{ mine asked }' }, ADA)
      expect((await ask({ query: '{ mine asked }' }, ADA)).body.data).toEqual({ mine: 'ada', asked: 'ada' })
      expect(ran).toEqual([])
      for (const [asker, status, code] of [
        [NOBODY, 401, 'UNAUTHENTICATED'],
        [REVOKED, 401, 'TOKEN_REVOKED'],
        [BOB, 403, 'FORBIDDEN'],
      ] as const) {
        const refused = await ask({ query: '{ mine asked }' }, asker)
        expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([status, code])
        expect(refused.body).not.toHaveProperty('data')
      }
    })
  })
})

test('a cache whose key has the session works with foreignAnswers: judge', async () => {
  const { ask, ran } = start((guard) => [guard, useParamsCache(BY_SESSION)], { foreignAnswers: 'judge' })
  for (const person of [ADA, BOB, ADA, BOB]) {
    expect((await ask({ query: '{ mine }' }, person)).body.data).toEqual({ mine: person.name })
  }
  expect(ran).toEqual([])
})

test('with foreignAnswers: judge, nobody is shown what would be null for them', async () => {
  const { ask } = start((guard) => [guard, useParamsCache()], { foreignAnswers: 'judge' })
  await ask({ query: '{ maybe }' }, ADA)
  expect((await ask({ query: '{ maybe }' }, ADA)).body.data).toEqual({ maybe: 'ada' })
  const denied = await ask({ query: '{ maybe }' }, NOBODY)
  expect([denied.status, denied.text.includes('ada')]).toEqual([500, false])
})

test('an answer without data goes through, whoever gave it', async () => {
  const useLimit: Plugin = {
    onParams: ({ setResult }) => setResult({ errors: [{ message: 'too much' } as never] }),
  }
  const { ask } = start((guard) => [guard, useLimit])
  expect((await ask({ query: '{ mine }' }, NOBODY)).body).toEqual({ errors: [{ message: 'too much' }] })
})

test.each([
  ['no operation by that name', { query: 'query A { open }', operationName: 'B' }],
  ['a text that does not fit the schema', { query: '{ nothing }' }],
])('an answer that is given to %s is refused', async (_what, body) => {
  const useAnything: Plugin = { onParams: ({ setResult }) => setResult({ data: { mine: 'ada' } }) }
  const { ask } = start((guard) => [guard, useAnything])
  const { status, text } = await ask(body, ADA)
  expect([status >= 400, text.includes('ada')]).toEqual([true, false])
})

test('what ran is answered, also where it failed, and where the context was copied', async () => {
  const useCopy: Plugin = {
    onExecute: ({ args }) => {
      args.contextValue = { ...args.contextValue }
    },
  }
  const { ask } = start((guard) => [useCopy, guard])
  expect((await ask({ query: '{ mine }' }, ADA)).body.data).toEqual({ mine: 'ada' })
  const { status, body } = await ask({ query: '{ mine broken }' }, ADA)
  expect([status, body.data]).toEqual([200, { mine: 'ada', broken: null }])
})

test.each([
  ['refused', undefined, 'news', 500],
  ['given to whom the guard lets through, with judge', 'judge', 'news', 200],
  ['given to all where nobody guards it', undefined, 'weather', 200],
] as const)('a stream from elsewhere is %s', async (_what, foreignAnswers, field, status) => {
  const useOtherStream: Plugin = {
    onSubscribe: ({ setSubscribeFn }) =>
      setSubscribeFn(async function* () {
        yield { data: { [field]: 'ada' } }
      } as never),
  }
  const { ask } = start((guard) => [guard, useOtherStream], foreignAnswers && { foreignAnswers })
  const stream = (person: Person) => ask({ query: `subscription { ${field} }` }, person, 'text/event-stream')
  const answer = await stream(BOB)
  expect([answer.text.includes('"ada"'), answer.text.includes('Unexpected error')]).toEqual([
    status === 200,
    status !== 200,
  ])
  const stranger = await stream(NOBODY)
  expect(stranger.text.includes('"ada"')).toBe(field === 'weather')
})

test('foreignAnswers takes one of two', () => {
  expect(() => useGuard({ ...OPTIONS, foreignAnswers: 'trust' as never })).toThrow(
    expect.objectContaining({ option: 'foreignAnswers' }),
  )
})

describe('an answer from elsewhere to what cannot be judged', () => {
  const LEAKED = { data: { mine: 'leaked' } }
  const useElsewhere = (before: (context: object) => void = () => undefined): Plugin => ({
    onParams: ({ setResult }) => setResult(LEAKED),
    onExecutionResult: ({ context }) => before(context),
  })

  test.each([
    ['a field that does not exist', { query: '{ nonsense }' }],
    ['an operation that the client did not write out', { operationName: 'Mine', extensions: {} }],
  ])('%s: is not shown', async (_what, body) => {
    const { ask } = start((guard) => [guard, useElsewhere()])
    const { text } = await ask(body, ADA)
    expect(text).toContain('errors')
    expect(text).not.toContain('leaked')
  })

  test('a request that somebody made us forget: is not shown', async () => {
    const forget = (context: object) => {
      for (const key of Object.getOwnPropertySymbols(context)) Reflect.deleteProperty(context, key)
    }
    const { ask } = start((guard) => [guard, useElsewhere(forget)])
    expect((await ask({ query: '{ mine }' }, ADA)).text).not.toContain('leaked')
  })
})
