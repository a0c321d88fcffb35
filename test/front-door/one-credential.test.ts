import { graphql } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guess, logIn, OWNER, PROXY, STRANGER, WRONG } from '../support/log-in-from.js'
import { type GraphQLAnswer, readAnswer, startServer, type TestServer } from '../support/server.js'

const field = (name: string) =>
  `${name}: login(input: { username: "ada", password: "wrong" }) { accessToken }`
const many = (count: number) => Array.from({ length: count }, (_, at) => field(`a${at}`)).join(' ')
const FROM = { 'content-type': 'application/json', 'x-forwarded-for': STRANGER }

/** A server where the source has one attempt left when so many are counted. */
const startWith = (count: number) => startServer({ ...PROXY, loginAttemptsPerSource: count + 1 })

/** Just so many were counted: one more is taken, and then none, while others have all of theirs. */
async function expectCounted(server: TestServer): Promise<void> {
  expect(await guess(server, { username: 'bob' }, STRANGER, 2)).toEqual([WRONG, 'RATE_LIMITED'])
  expect(await guess(server, { username: 'ada' }, OWNER, 1)).toEqual([WRONG])
}

function expectRefused(answer: GraphQLAnswer): void {
  expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  expect(answer.errors).toHaveLength(1)
  expect(answer.body).not.toHaveProperty('data')
}

const send = async (server: TestServer, body: unknown) =>
  readAnswer(await fetch(server.url, { method: 'POST', headers: FROM, body: JSON.stringify(body) }))

describe('G51 many logins in an operation are refused before any runs, and each is counted', () => {
  test.each([
    ['aliases', 20, `mutation { ${many(20)} }`],
    ['a hundred aliases, more than a document may have', 100, `mutation { ${many(100)} }`],
    [
      'fragments',
      20,
      `mutation { ...F ...G ...F } fragment F on Mutation { ${many(10)} } fragment G on Mutation { ${many(20)} }`,
    ],
    [
      'conditions',
      20,
      `mutation { ... @skip(if: true) { ${many(19)} } ... @include(if: true) { ${field('b')} } }`,
    ],
    ['fragments in a circle', 2, `mutation { ...F } fragment F on Mutation { ${many(2)} ...F }`],
    ['a document that is not valid', 3, `mutation { ${many(2)} refresh { nothing } }`],
    ['one of several operations', 2, `mutation { ${many(2)} }`],
    ['different mutations', 2, `mutation { ${field('a')} changePassword(current: "a", new: "b") { id } }`],
  ])('by %s', async (_what, count, query) => {
    const server = await startWith(count)
    expectRefused(await server.ask(query, { headers: FROM }))
    await expectCounted(server)
  })

  test('in a body that goes by `fetch`', async () => {
    const server = await startWith(100)
    const request = new Request('http://sallyport.test/graphql', {
      method: 'POST',
      headers: FROM,
      body: JSON.stringify({ query: `mutation { ${many(100)} }` }),
    })
    const req = { headers: Object.fromEntries(request.headers), socket: { remoteAddress: '127.0.0.1' } }
    expectRefused(await readAnswer(await server.sallyport.fetch(request, { req })))
    await expectCounted(server)
  })

  test('where the answer is a stream', async () => {
    const server = await startWith(100)
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { ...FROM, accept: 'text/event-stream' },
      body: JSON.stringify({ query: `mutation { ${many(100)} }` }),
    })
    const text = await response.text()
    expect(text).toContain('INVALID_REQUEST')
    expect(text).not.toContain('"data"')
    await expectCounted(server)
  })

  test('whichever of the operations of a document is asked for, and again and again', async () => {
    const server = await startWith(7)
    const query = `mutation Two { ${many(2)} } mutation One { ${field('a')} } mutation Three { ${many(3)} }`
    const ask = (operationName: string) => server.ask(query, { operationName, headers: FROM })
    expectRefused(await ask('Two'))
    expectRefused(await ask('Three'))
    expectRefused(await ask('Two'))
    expect((await ask('One')).code).toBe(WRONG)
    expect((await ask('One')).code).toBe('RATE_LIMITED')
  })

  test('on a server that is not ours: its resolvers refuse', async () => {
    const server = await startWith(20)
    const req = { headers: FROM, socket: { remoteAddress: '127.0.0.1' } }
    const contextValue = await server.sallyport.context({ req })
    const { schema } = server.sallyport
    const { data, errors } = await graphql({ schema, source: `mutation { ${many(20)} }`, contextValue })
    expect(data).toBeNull()
    expect(errors?.map(({ originalError }) => originalError)).toMatchObject([{ code: 'INVALID_REQUEST' }])
    await expectCounted(server)
  })
})

describe('G51 a batch is refused, and each login of it is counted', () => {
  const one = { query: `mutation { ${field('a')} }` }
  const list = (count: number, item: object = one) => Array.from({ length: count }, () => item)

  test.each<[string, number, unknown[]]>([
    ['a hundred operations', 100, list(100)],
    ['operations with many', 20, list(4, { query: `mutation { ${many(5)} }` })],
    [
      'the operations that would run',
      2,
      [
        { query: `mutation A { ${many(2)} } mutation B { ${many(9)} }`, operationName: 'A' },
        { query: `mutation A { ${many(2)} } mutation B { ${many(9)} }` },
      ],
    ],
    ['more than is parsed', 900, list(900)],
    [
      'what is no operation beside one that is',
      1,
      [null, 7, 'login', [], {}, { query: 1 }, { query: '{login' }, one],
    ],
  ])('%s', async (_what, count, body) => {
    const server = await startWith(count)
    expectRefused(await send(server, body))
    await expectCounted(server)
  })

  test('one that takes no credential counts as none', async () => {
    const server = await startWith(0)
    expectRefused(await send(server, list(50, { query: '{ whoami { state } login: __typename }' })))
    expect((await logIn(server, { username: 'ada' }, STRANGER)).code).toBe(WRONG)
  })
})

test('an operation that takes one is none of these', async () => {
  const server = await startServer(PROXY)
  const { username } = await server.signUp()
  expect((await logIn(server, { username }, STRANGER)).status).toBe(200)
})
