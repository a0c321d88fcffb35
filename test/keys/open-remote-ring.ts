import { createRemoteKeyring } from '../../src/keys/remote-jwks.js'
import { createSetClock } from '../support/judge.js'
import { type JwksServer, startJwksServer } from '../support/jwks-server.js'
import { createTestLogger } from '../support/test-logger.js'

const ALG = 'RS256'
export const config = { issuers: ['https://issuer.example'], audiences: ['api'] }

/** A keyring of a server, under a clock that stands. */
export function openRing(server: JwksServer, { timeoutMs = 5_000 } = {}) {
  let now = 1_800_000_000_000
  const clock = createSetClock(now)
  const logger = createTestLogger()
  const ring = createRemoteKeyring({ jwksUrl: server.url }, { config, clock, logger, timeoutMs })
  return {
    ring,
    logger,
    pass(milliseconds: number) {
      now += milliseconds
      clock.set(now)
    },
    /** Names of the keys for a token that names this one. */
    async kids(kid?: string) {
      const keys = await ring.candidates(kid === undefined ? { alg: ALG } : { alg: ALG, kid })
      return keys.map((key) => key.kid)
    },
  }
}

/** As `openRing`, with the set read. */
export async function openLoaded(set: unknown, headers: Record<string, string> = {}) {
  const server = await startJwksServer()
  server.publish(set, headers)
  const opened = openRing(server)
  await opened.kids()
  return { server, ...opened }
}
