import { guess, logIn, OWNER, PROXY, STRANGER, times, WRONG } from '../../support/log-in-from.js'
import { newName, PASSWORD, type TestServer } from '../../support/server.js'
import { createTickHost } from '../../support/tick-host.js'
import { bearing, codeOf as codeOfMessage, openAcknowledged, subscribe } from '../../support/web-socket.js'
import { codeOf, type OptionRows, over, type See } from './row.js'

const LIMITED = 'RATE_LIMITED'
const CROWD = 16

/** What a document is answered. */
const asked =
  (query: string): See =>
  (server) =>
    codeOf(server, query)

const wrongTwice: See = (server) => guess(server, { username: 'ada' }, STRANGER, 2)

/** Wrong passwords for two accounts. */
const wrongForTwo =
  (...from: [string, string]): See =>
  async (server) => [
    (await logIn(server, { username: 'ada' }, from[0], 'wrong')).code,
    (await logIn(server, { username: 'bob' }, from[1], 'wrong')).code,
  ]

async function signUp(server: TestServer): Promise<string> {
  const input = `{ username: "${newName()}", password: "${PASSWORD}" }`
  return codeOf(server, `mutation { signup(input: ${input}) { tokenType } }`)
}

/** Whether anybody is turned away of many who log in at once. */
const crowd: See = async (server) => {
  const answers = Array.from({ length: CROWD }, () => logIn(server, { username: 'ada' }, OWNER, 'wrong'))
  return (await Promise.all(answers)).some(({ code }) => code === LIMITED)
}
const CROWDED = { ...PROXY, loginAttempts: false, loginAttemptsPerSource: false } as const

export const LIMITS: OptionRows = {
  maxBodyBytes: {
    value: 1_000,
    observe: over(async ({ url }) => {
      const body = JSON.stringify({ query: '{ whoami { state } }' }).padEnd(1_001)
      const headers = { 'content-type': 'application/json' }
      return (await fetch(url, { method: 'POST', headers, body })).status
    }),
    usual: 200,
    flipped: 413,
  },
  maxOperationsPerSocket: {
    value: 1,
    observe: over(async (server) => {
      const { accessToken } = await server.signUp()
      const raw = await openAcknowledged(server, bearing(accessToken))
      subscribe(raw, 'subscription { orders }')
      await raw.take()
      return codeOfMessage(raw, '{ whoami { state } }')
    }, createTickHost().options),
    usual: 'ok',
    flipped: LIMITED,
  },
  maxDepth: refused(2, '{ __schema { types { name } } }'),
  maxAliases: refused(0, '{ a: whoami { state } }'),
  maxRootFields: refused(1, '{ whoami { state } __typename }'),
  maxCost: refused(1, '{ whoami { state } }'),
  loginAttempts: {
    value: 1,
    observe: over(wrongTwice, PROXY),
    usual: times(2, WRONG),
    flipped: [WRONG, LIMITED],
  },
  loginAttemptsPerSource: {
    value: 1,
    observe: over(wrongForTwo(STRANGER, STRANGER), PROXY),
    usual: times(2, WRONG),
    flipped: [WRONG, LIMITED],
  },
  signupsPerSource: {
    value: 1,
    observe: over(async (server) => [await signUp(server), await signUp(server)]),
    usual: ['ok', 'ok'],
    flipped: ['ok', LIMITED],
  },
  refreshFailuresPerSource: {
    value: 1,
    observe: over(async (server) => {
      const answers = [await server.refresh('garbage'), await server.refresh('garbage')]
      return answers.map(({ code }) => code)
    }),
    usual: times(2, 'TOKEN_INVALID'),
    flipped: ['TOKEN_INVALID', LIMITED],
  },
  attemptWindow: {
    value: '1m',
    observe: over(
      async (server) => {
        await wrongTwice(server)
        return (await logIn(server, { username: 'ada' }, STRANGER)).headers.get('retry-after')
      },
      { ...PROXY, loginAttempts: 1 },
    ),
    usual: '900',
    flipped: '60',
  },
  trustedProxies: {
    value: '127.0.0.1',
    observe: over(wrongForTwo(OWNER, STRANGER), { loginAttemptsPerSource: 1 }),
    usual: [WRONG, LIMITED],
    flipped: times(2, WRONG),
  },
  maxConcurrentHashes: {
    value: CROWD,
    observe: over(crowd, { ...CROWDED, maxQueuedHashes: 0 }),
    usual: true,
    flipped: false,
  },
  maxQueuedHashes: {
    value: 0,
    observe: over(crowd, { ...CROWDED, maxConcurrentHashes: 1 }),
    usual: false,
    flipped: true,
  },
}

/** A document that is beyond this limit, and not beyond the usual one. */
function refused(value: number, query: string) {
  return { value, observe: over(asked(query)), usual: 'ok', flipped: 'INVALID_REQUEST' }
}
