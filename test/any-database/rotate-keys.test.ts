import { expect, test } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { createKeyStore } from '../../src/keys/key-store.js'
import { makeKeyFolder } from '../support/key-folder.js'
import { type Login, startServer } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'

const RULES = { reloadSeconds: 10, longestTokenSeconds: 30 * 86_400, leewaySeconds: 0, everySeconds: 0 }
const CLIENTS = 2
/** Seconds since the rotation: while the instances read the folder, while others keep our keys, and round the change. */
const MOMENTS = [5, 10, 15, 20, 80, 140, 200, 260, 320, 355, 360, 365, 370, 375, 380, 385]
const issuer = 'https://auth.example'
const audience = 'api'

// Four hundred requests and the making of an RSA key: a busy machine takes its time.
test('P06 HS256 to ES256 to RS256 on two instances under load: not one request is refused', {
  timeout: 120_000,
}, async () => {
  const keysDir = await makeKeyFolder()
  const clock = createTestClock()
  const keys = createKeyStore({ folder: keysDir, clock })
  await keys.add({ algorithm: 'HS256', material: null, activeFrom: clock.now(), formerRetiredAt: null })
  const options = { keysDir, clock, issuer, audience }
  const one = await startServer(options)
  const two = await startServer({ ...options, databaseUrl: one.databaseUrl })
  const servers = [one, two]
  const elsewhere = createAuthContext({
    jwksUrl: `${one.origin}/.well-known/jwks.json`,
    issuer,
    audience,
    // How long it keeps our keys goes by the same clock.
    clock: { now: clock.now, elapsed: clock.now },
  })

  const refused: string[] = []
  const algorithms = new Set<unknown>()
  const algorithmOf = (token: string) => one.sallyport.tokens.peek(token)?.unverifiedHeader.alg
  let requests = 0

  function demand(what: string, answer: string): void {
    requests++
    if (answer !== 'ok') refused.push(`${what}: ${answer}`)
  }

  /** What a client does, by one instance and then by the other: asks, and refreshes. */
  async function takeTurn(client: Pick<Login, 'accessToken' | 'refreshToken'>): Promise<void> {
    for (const server of servers) {
      const { accessToken, refreshToken } = client
      const algorithm = algorithmOf(accessToken)
      algorithms.add(algorithm)
      demand(`me ${algorithm}`, await server.judge(accessToken))
      if (algorithm !== 'HS256') {
        const { identity } = await elsewhere({ headers: { authorization: `Bearer ${accessToken}` } })
        demand(`elsewhere ${algorithm}`, identity.kind === 'active' ? 'ok' : identity.code)
      }
      const answer = await server.refresh(refreshToken)
      demand(`refresh ${algorithm}`, answer.code ?? 'ok')
      Object.assign(client, answer.data?.refresh)
    }
  }

  const dormant = await one.signUp()
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => one.signUp()))
  for (const algorithm of ['ES256', 'RS256'] as const) {
    const { plan } = await keys.rotate({ ...RULES, algorithm })
    expect(plan.kind).toBe('rotate')
    let past = 0
    for (const [index, moment] of MOMENTS.entries()) {
      const turns = clients.map(takeTurn)
      clock.advance(moment - past)
      past = moment
      // Each reads the folder by itself, in turn.
      await servers[index % 2]?.sallyport.reloadKeys()
      await Promise.all(turns)
    }
  }
  await Promise.all(clients.map(takeTurn))

  expect(refused).toEqual([])
  expect([...algorithms]).toEqual(['HS256', 'ES256', 'RS256'])
  expect((await two.refresh(dormant.refreshToken)).status).toBe(200)
  expect(requests).toBeGreaterThan(MOMENTS.length * 2 * CLIENTS * 4)
})
