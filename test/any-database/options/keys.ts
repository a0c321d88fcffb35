import { createPrivateKey } from 'node:crypto'
import { onTestFinished, vi } from 'vitest'
import { createKeyStore } from '../../../src/keys/key-store.js'
import { forge, hmac, rsa } from '../../support/forge.js'
import { makeIssuerKey, startJwksServer } from '../../support/jwks-server.js'
import { makeKeyFolder } from '../../support/key-folder.js'
import { makeKeyPair } from '../../support/key-pair.js'
import { SECRET, startServer, type TestServer } from '../../support/server.js'
import { createTestClock } from '../../support/test-clock.js'
import { codeOf, foreign, lookFor, type OptionRows, over, type See } from './row.js'

const pair = makeKeyPair('rsa')
const pairKey = createPrivateKey(pair.privateKey)
const issuer = makeIssuerKey('rsa')

/** The algorithm of a new user's token. */
const algorithm: See = async (server) =>
  server.sallyport.tokens.peek((await server.signUp()).accessToken)?.unverifiedHeader.alg

const claims = ({ clock }: TestServer) => ({ sub: 'eve', iss: 'them', aud: 'api', exp: clock.seconds() + 60 })

/** A keys folder with one key, and its store. */
async function makeKeys() {
  const folder = await makeKeyFolder()
  const clock = createTestClock()
  const keys = createKeyStore({ folder, clock })
  const add = () =>
    keys.add({ algorithm: 'ES256', material: null, activeFrom: clock.now(), formerRetiredAt: null })
  await add()
  return { folder, add }
}

/** How many keys are shown, a second after there are two in the folder. */
async function countAfterASecond(options: object): Promise<number> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { folder, add } = await makeKeys()
  const { origin } = await startServer({ keysDir: folder, ...options })
  await add()
  vi.advanceTimersByTime(1000)
  return lookFor(2, async () => {
    const { keys } = await (await fetch(`${origin}/.well-known/jwks.json`)).json()
    return keys.length
  })
}

export const KEYS: OptionRows = {
  secret: { value: `${SECRET}!`, observe: over(foreign()), usual: 'ok', flipped: 'TOKEN_INVALID' },
  privateKey: { value: pair.privateKey, observe: over(algorithm), usual: 'HS256', flipped: 'RS256' },
  publicKey: {
    value: pair.publicKey,
    observe: over((server) => {
      const token = forge({ alg: 'RS256' }, { ...claims(server), aud: undefined }, rsa('sha256', pairKey))
      return codeOf(server, '{ claims }', { token })
    }),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
  algorithm: { value: 'HS512', observe: over(algorithm), usual: 'HS256', flipped: 'HS512' },
  decodeAlgorithms: {
    value: ['HS256', 'HS384'],
    observe: over((server) => {
      const token = forge({ alg: 'HS384' }, { ...claims(server), aud: undefined }, hmac('sha384', SECRET))
      return codeOf(server, '{ claims }', { token })
    }),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
  keysDir: {
    value: { make: async () => (await makeKeys()).folder },
    observe: over(algorithm),
    usual: 'HS256',
    flipped: 'ES256',
  },
  keysReloadInterval: { value: 1, observe: countAfterASecond, usual: 1, flipped: 2 },
  jwksUrl: {
    value: {
      make: async () =>
        (await startJwksServer({ keys: [issuer.jwk({ kid: 'one', alg: 'RS256', use: 'sig' })] })).url,
    },
    observe: over(
      (server) => {
        const token = forge({ alg: 'RS256', kid: 'one' }, claims(server), rsa('sha256', issuer.privateKey))
        return codeOf(server, '{ claims }', { token })
      },
      { issuer: 'them', audience: 'api' },
    ),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
}
