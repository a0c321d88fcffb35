import { expect, test } from 'vitest'
import { guess, logIn, OWNER, PROXY, STRANGER, WRONG } from '../support/log-in-from.js'
import { startServer } from '../support/server.js'

const field = (name: string) =>
  `${name}: login(input: { username: "ada", password: "wrong" }) { accessToken }`
const many = (count: number) => Array.from({ length: count }, (_, at) => field(`a${at}`)).join(' ')

test.each([
  ['aliases', `mutation { ${many(20)} }`],
  [
    'fragments',
    `mutation { ...F ...G } fragment F on Mutation { ${many(10)} } fragment G on Mutation { ${many(20)} }`,
  ],
  ['conditions', `mutation { ... @skip(if: true) { ${many(19)} } ... @include(if: true) { ${field('b')} } }`],
])('G51 many logins in an operation by %s: none runs, and each is counted', async (_what, query) => {
  const server = await startServer({ ...PROXY, loginAttemptsPerSource: 20 })
  const answer = await server.ask(query, { headers: { 'x-forwarded-for': STRANGER } })
  expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  expect(answer.errors.every(({ extensions }) => extensions.code === 'INVALID_REQUEST')).toBe(true)
  expect((await logIn(server, { username: 'ada' }, STRANGER)).code).toBe('RATE_LIMITED')
  expect(await guess(server, { username: 'ada' }, OWNER, 1)).toEqual([WRONG])
})
