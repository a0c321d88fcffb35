import { createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { type UseGuardOptions, useGuard, type Viewer } from '../../../src/guard/index.js'
import { useExecutingCache } from '../support/caches.js'
import { makeHost } from '../support/host.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: String
    mine: String @auth
    asked: String @policy(policies: [["owner"]])
  }
  type Subscription {
    news: String @auth
    letters: String @policy(policies: [["owner"]])
    weather: String
  }
`

const ADA: Viewer = { kind: 'active', roles: ['owner'] }
const BOB: Viewer = { kind: 'active' }

const OPTIONS: UseGuardOptions = {
  unmarked: 'public',
  viewer: (context) => (context as { viewer: Viewer }).viewer,
  policies: { owner: async ({ roles }) => roles?.includes('owner') === true },
}

describe('where no HTTP is, as behind a WebSocket', () => {
  const startWithout = (plugins: Plugin[], options: Partial<UseGuardOptions> = {}) => {
    const { getEnveloped } = createYoga({
      schema: makeHost(typeDefs).schema,
      plugins: [...plugins, useGuard({ ...OPTIONS, ...options })],
    })
    return async (text: string, viewer: Viewer): Promise<unknown> => {
      const { schema, parse, contextFactory, execute, subscribe } = getEnveloped({ viewer })
      const args = { schema, document: parse(text), contextValue: await contextFactory() }
      const result: unknown = await (text.startsWith('subscription') ? subscribe(args) : execute(args))
      if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result
      for await (const event of result as AsyncIterable<unknown>) return event
      return null
    }
  }
  const useStream = (field: string): Plugin => ({
    onSubscribe: ({ setSubscribeFn }) =>
      setSubscribeFn(async function* () {
        yield { data: { [field]: 'ada' } }
      } as never),
  })

  test('a cached answer is refused, and given to whom the guard lets through with judge', async () => {
    const refusing = startWithout([useExecutingCache()])
    expect(await refusing('{ mine }', ADA)).toMatchObject({ data: { mine: 'Query.mine' } })
    await expect(refusing('{ mine }', BOB)).rejects.toThrow('may be somebody else')
    await refusing('query Mine { mine }', ADA)
    await expect(refusing('query Mine { mine }', BOB)).rejects.toThrow('The operation Mine asks')
    const judging = startWithout([useExecutingCache()], { foreignAnswers: 'judge' })
    expect(await judging('{ asked }', ADA)).toMatchObject({ data: { asked: 'Query.asked' } })
    expect(await judging('{ asked }', ADA)).toMatchObject({ data: { asked: 'Query.asked' } })
    const refused = await judging('{ asked }', BOB)
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(refused).not.toHaveProperty('data')
  })

  test('what policies refuse within the execution has no data', async () => {
    const run = startWithout([])
    for (const text of ['{ open asked }', 'subscription { letters }']) {
      const refused = await run(text, BOB)
      expect(refused).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(refused).not.toHaveProperty('data')
    }
    expect(await run('subscription { news }', BOB)).toMatchObject({ data: { news: 'Subscription.news' } })
  })

  test.each([
    ['news', undefined, 'refused'],
    ['news', 'judge', 'given'],
    // Nobody waits for what policies say of a stream.
    ['letters', 'judge', 'refused'],
    ['weather', undefined, 'given'],
  ] as const)(
    'a stream of %s from elsewhere, with foreignAnswers %s, is %s',
    async (field, mode, outcome) => {
      const run = startWithout([useStream(field)], mode && { foreignAnswers: mode })
      const answer = run(`subscription { ${field} }`, ADA)
      if (outcome === 'refused') await expect(answer).rejects.toThrow('may be somebody else')
      else expect(await answer).toEqual({ data: { [field]: 'ada' } })
    },
  )
})
