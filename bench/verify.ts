// Prints the CPU time (user and system) of judging a token, in microseconds a call: `npx tsx bench/verify.ts`.
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { systemClock } from '../src/base/clock.js'
import type { KeyOptions } from '../src/base/key-options.js'
import { resolveLocations } from '../src/base/resolve-locations.js'
import { resolveTokens, resolveVerify } from '../src/base/resolve-options.js'
import { createContextBuilder } from '../src/context/index.js'
import { createKeyring } from '../src/keys/keyring.js'
import { createIssuer } from '../src/tokens/issue.js'
import { createVerifier } from '../src/tokens/verify.js'

const SECONDS_PER_ROW = 0.6
const secret = 'a-secret-for-the-benchmark-of-32-bytes-or-more'

interface Row {
  readonly name: string
  readonly run: () => unknown
}

function measure({ name, run }: Row): void {
  const until = (seconds: number) => {
    const end = performance.now() + seconds * 1000
    let calls = 0
    while (performance.now() < end) {
      for (let at = 0; at < 100; at++) run()
      calls += 100
    }
    return calls
  }
  until(SECONDS_PER_ROW / 2)
  const before = process.cpuUsage()
  const calls = until(SECONDS_PER_ROW)
  const { user, system } = process.cpuUsage(before)
  console.log(`${((user + system) / calls).toFixed(2).padStart(9)} µs  ${name}`)
}

function prepare(keys: KeyOptions) {
  const keyring = createKeyring(keys)
  const config = resolveVerify({})
  const issuer = createIssuer({ keyring, config: { ...resolveTokens({}), ...config } })
  const raw = issuer.issue({
    type: 'access',
    subject: '6f1c5f0e-6f4e-4a1e-9d0a-3f5a2b7c8d9e',
    jti: 'c4a2d9ad-ae40-4c59-b77b-59daa8ff8343',
    issuedAt: new Date(systemClock.now()),
    expiresAt: new Date(systemClock.now() + 900_000),
    fresh: true,
    sessionId: 'a1b2c3d4-6f4e-4a1e-9d0a-3f5a2b7c8d9e',
    csrf: 'a1b2c3d4-1111-4a1e-9d0a-3f5a2b7c8d9e',
    authTime: new Date(systemClock.now()),
    roles: ['user', 'admin'],
  })
  const parts = { keyring, config, clock: systemClock }
  return { raw, config, cached: createVerifier(parts), uncached: createVerifier({ ...parts, cacheBytes: 0 }) }
}

const { raw, config, cached, uncached } = prepare({ secret })
const build = createContextBuilder({
  verifier: cached,
  config,
  locations: resolveLocations({}),
  clock: systemClock,
  revocation: { check: () => 'live' },
})
const key = createSecretKey(Buffer.from(secret))
const rawHeaders = [
  'Host',
  'localhost',
  'Accept',
  '*/*',
  'Authorization',
  `Bearer ${raw}`,
  'Content-Length',
  '42',
]
const message = { headers: { authorization: `Bearer ${raw}` }, rawHeaders }
const asymmetric = (name: string, keys: KeyOptions): Row => {
  const { raw, uncached } = prepare(keys)
  return { name: `${name}, not cached`, run: () => uncached.verify(raw, 'access') }
}

const rows: readonly Row[] = [
  { name: 'HS256, cached', run: () => cached.verify(raw, 'access') },
  { name: 'HS256, cached, the text sliced anew', run: () => cached.verify(`x${raw}`.slice(1), 'access') },
  { name: 'the whole context of a Node request, cached', run: () => build({ req: message }) },
  { name: 'HS256, not cached', run: () => uncached.verify(raw, 'access') },
  { name: 'jsonwebtoken with a KeyObject', run: () => jwt.verify(raw, key, { algorithms: ['HS256'] }) },
  { name: 'jsonwebtoken with a text', run: () => jwt.verify(raw, secret, { algorithms: ['HS256'] }) },
  asymmetric('RS256', { privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }),
  asymmetric('ES256', { privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
  { name: 'a forged token', run: () => cached.verify(`${raw.slice(0, -4)}AAAA`, 'access') },
  { name: 'a megabyte of garbage', run: () => cached.verify(garbage, 'access') },
]
const garbage = 'x'.repeat(1_000_000)

for (const row of rows) measure(row)
