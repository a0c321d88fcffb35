import { createKey } from '../../../src/index.js'
import { administer } from '../../support/administration.js'
import { SECRET, type TestServer } from '../../support/server.js'
import { claimsOf } from '../../support/slide.js'
import { createTestClock } from '../../support/test-clock.js'
import { createTestLogger } from '../../support/test-logger.js'
import { codeOf, ME, type OptionRows, over, type See } from './row.js'

const key = createKey({ secret: SECRET, algorithm: 'HS512' })
const logger = createTestLogger()
const clock = createTestClock(new Date('2031-01-01T00:00:00Z'))
const typeDefs = 'extend type Query { ping: Int @public }'

const judged: See = async (server) => server.judge((await server.signUp()).accessToken)
const said = async (server: TestServer) => claimsOf(server, (await server.signUp()).accessToken)

const LOGIN = 'mutation { login(input: { username: "ada", password: "x" }) { accessToken } }'
const authenticate = ({ password }: { password: string }) => (password === 'x' ? { id: 'ada' } : null)

const subject: See = async (server) => {
  const { data } = await server.ask(LOGIN)
  return claimsOf(server, data.login.accessToken).sub
}

/** The header of a new user's token. */
const header = async (server: TestServer) =>
  server.sallyport.tokens.peek((await server.signUp()).accessToken)?.unverifiedHeader ?? {}

export const PROGRAMS: OptionRows = {
  clock: {
    value: clock,
    observe: over(async (server) => (await said(server)).iat === clock.seconds()),
    usual: false,
    flipped: true,
  },
  logger: {
    value: logger,
    observe: over(async (server) => {
      await server.judge('garbage')
      return logger.lines.length > 0
    }),
    usual: false,
    flipped: true,
  },
  typeDefs: {
    value: typeDefs,
    observe: over((server) => codeOf(server, '{ ping }')),
    usual: 'GRAPHQL_VALIDATION_FAILED',
    flipped: 'ok',
  },
  resolvers: {
    value: { Query: { ping: () => 1 } },
    observe: over(async (server) => (await server.ask('{ ping }')).data, { typeDefs }),
    usual: { ping: null },
    flipped: { ping: 1 },
  },
  disabledFields: {
    value: ['Query.whoami'],
    observe: over((server) => codeOf(server, '{ whoami { state } }')),
    usual: 'ok',
    flipped: 'GRAPHQL_VALIDATION_FAILED',
  },
  authenticate: {
    value: authenticate,
    observe: over((server) => codeOf(server, LOGIN)),
    usual: 'INVALID_CREDENTIALS',
    flipped: 'ok',
  },
  loadUser: { value: () => null, observe: over(judged), usual: 'ok', flipped: 'USER_NOT_FOUND' },
  claims: {
    value: () => ({ tenant: 'acme' }),
    observe: over(async (server) => (await said(server)).tenant),
    usual: undefined,
    flipped: 'acme',
  },
  headers: {
    value: () => ({ tenant: 'acme' }),
    observe: over(async (server) => (await header(server)).tenant),
    usual: undefined,
    flipped: 'acme',
  },
  subjectOf: {
    value: ({ id }: { id: string }) => `user:${id}`,
    observe: over(subject, { authenticate }),
    usual: 'ada',
    flipped: 'user:ada',
  },
  grants: {
    value: ({ groups }: { groups: unknown }) => ({ roles: groups }),
    observe: over(async (server) => {
      const who = { subject: 'robot', claims: { groups: ['admin'] } }
      return administer(server, await server.sallyport.tokens.issueAccess(who))
    }),
    usual: 'FORBIDDEN',
    flipped: 'ok',
  },
  keys: {
    value: { find: () => key, sign: () => key },
    observe: over(async (server) => (await header(server)).alg),
    usual: 'HS256',
    flipped: 'HS512',
  },
  errors: {
    value: { UNAUTHENTICATED: () => ({ message: 'Who are you?' }) },
    observe: over(async (server) => (await server.ask(ME)).errors[0]?.message === 'Who are you?'),
    usual: false,
    flipped: true,
  },
  isRevoked: { value: () => true, observe: over(judged), usual: 'ok', flipped: 'TOKEN_REVOKED' },
  verifyClaims: { value: () => false, observe: over(judged), usual: 'ok', flipped: 'CLAIMS_REJECTED' },
}
