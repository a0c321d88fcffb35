import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/base/errors.js'
import { createRemoteKeyring } from '../../src/keys/remote-jwks.js'
import { createSetClock } from '../support/judge.js'
import { makeIssuerKey, startJwksServer } from '../support/jwks-server.js'
import { config, openLoaded, openRing } from './open-remote-ring.js'

const rsa = makeIssuerKey('rsa')
const other = makeIssuerKey('rsa')
const OLD = { keys: [rsa.jwk({ kid: 'old' })] }
const NEW = { keys: [other.jwk({ kid: 'new' })] }
const alg = 'RS256'
const MINUTE = 60_000

function defer() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('the set is read', () => {
  test('at the first token, not before, and then answered at once', async () => {
    const server = await startJwksServer(OLD)
    const { ring, kids } = openRing(server)
    expect(server.asked()).toBe(0)
    expect(ring.candidates({ alg, kid: 'old' })).toBeInstanceOf(Promise)
    expect(await kids('old')).toEqual(['old'])
    expect(await kids()).toEqual(['old'])
    expect(ring.candidates({ alg, kid: 'old' })).toMatchObject([{ kid: 'old', algorithm: 'RS256' }])
    expect(ring.signingKey()).toBeNull()
    expect(server.asked()).toBe(1)
  })

  test('never for a token with a symmetric algorithm', async () => {
    const server = await startJwksServer(OLD)
    const { ring } = openRing(server)
    expect(ring.candidates({ alg: 'HS256', kid: 'old' })).toEqual([])
    expect(server.asked()).toBe(0)
  })

  test('once for all who ask meanwhile', async () => {
    const server = await startJwksServer(OLD)
    const { kids } = openRing(server)
    const all = await Promise.all(Array.from({ length: 100 }, (_, at) => kids(at % 2 === 0 ? 'old' : 'new')))
    expect(all.flat()).toHaveLength(50)
    expect(server.asked()).toBe(1)
  })

  test.each([
    ['10 minutes without a word', {}, 10 * MINUTE],
    ['its max-age', { 'cache-control': 'public, max-age=300, must-revalidate' }, 5 * MINUTE],
    ['its max-age in another form', { 'cache-control': 'S-MaxAge=9, Max-Age="180"' }, 3 * MINUTE],
    ['an hour at most', { 'cache-control': 'max-age=31536000' }, 60 * MINUTE],
    ['a minute at least', { 'cache-control': 'max-age=1' }, MINUTE],
    ['a minute with no-store', { 'cache-control': 'no-store, max-age=600' }, MINUTE],
    ['a minute with no-cache', { 'cache-control': 'no-cache' }, MINUTE],
    ['10 minutes with what is no age', { 'cache-control': 'max-age=-1, max-age=soon' }, 10 * MINUTE],
  ])('again after %s', async (_name, headers, age) => {
    const { server, kids, pass } = await openLoaded(OLD, headers)
    server.publish(NEW, headers)
    pass(age - 1)
    expect(await kids()).toEqual(['old'])
    expect(server.asked()).toBe(1)
    pass(1)
    // Withdrawn: not good for one token more.
    expect(await Promise.all([kids('old'), kids('new'), kids()])).toEqual([[], ['new'], ['new']])
    expect(server.asked()).toBe(2)
  })
})

describe('a name that is not there', () => {
  test('brings about one reading each 30 seconds', async () => {
    const { server, kids, pass } = await openLoaded(OLD)
    server.publish({ keys: [...OLD.keys, ...NEW.keys] })
    pass(29_999)
    expect(await kids('new')).toEqual([])
    expect(server.asked()).toBe(1)
    pass(1)
    expect(await Promise.all([kids('new'), kids('nobody'), kids('old')])).toEqual([['new'], [], ['old']])
    for (let at = 0; at < 100; at++) expect(await kids(`guess ${at}`)).toEqual([])
    expect(server.asked()).toBe(2)
    pass(30_000)
    expect(await kids('guess')).toEqual([])
    expect(server.asked()).toBe(3)
  })

  test('keeps nobody waiting who names a key that is there', async () => {
    const { server, ring, pass } = await openLoaded(OLD)
    pass(30_000)
    const { promise: released, resolve: release } = defer()
    server.answer((_request, response) => {
      void released.then(() => response.end(JSON.stringify(NEW)))
    })
    const waiting = ring.candidates({ alg, kid: 'new' })
    expect(waiting).toBeInstanceOf(Promise)
    expect(ring.candidates({ alg, kid: 'old' })).toMatchObject([{ kid: 'old' }])
    release()
    expect(await waiting).toMatchObject([{ kid: 'new' }])
  })
})

describe('the version', () => {
  test('rises when the set changes, and not when it does not', async () => {
    const { server, ring, kids, pass } = await openLoaded(OLD)
    const before = ring.version
    pass(30_000)
    await kids('nobody')
    expect([server.asked(), ring.version]).toEqual([2, before])
    server.publish({ keys: [other.jwk({ kid: 'old' })] })
    pass(30_000)
    await kids('nobody')
    expect(ring.version).toBeGreaterThan(before)
  })

  test('rises when the set is due, so that tokens known already bring about its reading', async () => {
    const { ring, kids, pass } = await openLoaded(OLD)
    const before = ring.version
    pass(10 * MINUTE)
    const due = ring.version
    expect(due).toBeGreaterThan(before)
    expect(ring.version).toBe(due)
    await kids()
    expect(ring.version).toBe(due)
  })
})

describe('the address', () => {
  const open = (jwksUrl: string | URL) =>
    createRemoteKeyring({ jwksUrl }, { config, clock: createSetClock(0) })
  test.each([
    'https://issuer.example/jwks',
    new URL('https://issuer.example:8443/jwks?tenant=a'),
    'http://localhost:8080/jwks',
    'http://127.0.0.1/jwks',
    'http://127.9.9.9/jwks',
    'http://[::1]:3000/jwks',
  ])('may be %s', (url) => {
    expect(open(url).signingKey()).toBeNull()
  })

  test.each([
    'http://issuer.example/jwks',
    'http://localhost.issuer.example/jwks',
    'http://127.0.0.1.issuer.example/jwks',
    'http://0.0.0.0/jwks',
    'http://10.0.0.1/jwks',
    'ftp://127.0.0.1/jwks',
    'file:///etc/jwks.json',
    'data:application/json,{"keys":[]}',
    'https://user:secret@issuer.example/jwks',
    '/jwks',
    '',
  ])('may not be %s', (url) => {
    expect(() => open(url)).toThrow(OptionError)
    expect(() => open(url)).toThrow(/^jwksUrl: (?!.*secret)/)
  })
})
