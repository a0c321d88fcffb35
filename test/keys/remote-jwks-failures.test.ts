import { describe, expect, test } from 'vitest'
import { type JwksServer, makeIssuerKey, startJwksServer } from '../support/jwks-server.js'
import { openLoaded, openRing } from './open-remote-ring.js'

const rsa = makeIssuerKey('rsa')
const other = makeIssuerKey('rsa')
const OLD = { keys: [rsa.jwk({ kid: 'old' })] }
const NEW = { keys: [other.jwk({ kid: 'new' })] }
const alg = 'RS256'
const MINUTE = 60_000

const BROKEN: [string, (server: JwksServer) => void, RegExp][] = [
  ['another status', (s) => s.answer((_, r) => void r.writeHead(500).end('{"keys":[]}')), /status 500/],
  ['204', (s) => s.answer((_, r) => void r.writeHead(204).end()), /status 204/],
  ['a redirect', (s) => s.answer((_, r) => void r.writeHead(302, { location: s.url }).end()), /redirect/],
  ['HTML', (s) => s.publish('<!DOCTYPE html>'), /what is not JSON/],
  ['nothing', (s) => s.publish(''), /what is not JSON/],
  ['JSON that is not UTF-8', (s) => s.publish(Buffer.from('{"keys":[],"a":"\xff"}', 'latin1')), /not JSON/],
  ['a list', (s) => s.publish([]), /is not a JWK Set/],
  ['no keys', (s) => s.publish({}), /is not a JWK Set/],
  ['too much', (s) => s.publish({ keys: [], x: 'x'.repeat(512 * 1024) }), /more than 524288 bytes/],
  ['a secret', (s) => s.publish({ keys: [{ kty: 'oct', k: 'AA', kid: 'hmac' }] }), /"hmac" is a symmetric/],
  ['a broken connection', (s) => s.answer((_, r) => void r.destroy()), /fetch failed/],
  [
    'half of an answer',
    (s) =>
      s.answer((_, r) => void r.writeHead(200, { 'content-length': '99' }).write('{', () => r.destroy())),
    /terminated/,
  ],
]

describe('an issuer that answers otherwise', () => {
  test.each(BROKEN)('%s: without keys nothing can be judged', async (_name, breakIt, reason) => {
    const server = await startJwksServer()
    const { kids } = openRing(server)
    breakIt(server)
    await expect(kids('old')).rejects.toThrow(reason)
    expect(server.asked()).toBe(1)
  })

  test.each(BROKEN)(
    '%s: the keys read before stay in force, and the log says why',
    async (_name, breakIt, reason) => {
      const { server, ring, kids, pass, logger } = await openLoaded(OLD)
      breakIt(server)
      pass(10 * MINUTE)
      expect(await kids('old')).toEqual(['old'])
      expect(logger.lines).toMatchObject([
        { level: 'error', message: 'jwksUrl: the keys read before stay in force' },
      ])
      expect(logger.text()).toMatch(reason)
      // Not there, but the issuer may know it by now.
      await expect(kids('new')).rejects.toThrow(reason)
      expect(server.asked()).toBe(2)

      // Tried again each cooldown, and nobody waits for it.
      pass(29_999)
      expect(ring.candidates({ alg, kid: 'old' })).toMatchObject([{ kid: 'old' }])
      // At once, so nothing is being read.
      expect(() => ring.candidates({ alg, kid: 'new' })).toThrow(reason)
      pass(1)
      expect(ring.candidates({ alg, kid: 'old' })).toMatchObject([{ kid: 'old' }])
      await expect(kids('new')).rejects.toThrow(reason)
      expect(server.asked()).toBe(3)

      server.publish(NEW)
      pass(30_000)
      expect(await kids('new')).toEqual(['new'])
      expect(await kids('old')).toEqual([])
    },
  )

  test('after a failure of long ago one waits again', async () => {
    const { server, kids, pass } = await openLoaded(OLD)
    server.publish('')
    pass(10 * MINUTE)
    await kids('old')
    server.publish(NEW)
    pass(10 * MINUTE)
    expect(await kids('old')).toEqual([])
  })

  test('that is silent has so much time, for head and body', async () => {
    const server = await startJwksServer()
    const { kids, pass } = openRing(server, { timeoutMs: 50 })
    server.answer(() => {})
    await expect(kids()).rejects.toThrow(/timeout/)
    server.answer((_request, response) => void response.writeHead(200).write('{'))
    pass(1_000)
    await expect(kids()).rejects.toThrow(/timeout/)
  })

  test('without keys it is asked once a second, and has them as soon as it answers', async () => {
    const server = await startJwksServer(OLD)
    const { kids, pass } = openRing(server)
    await server.stop()
    await expect(kids()).rejects.toThrow(/ECONNREFUSED/)
    await server.resume()
    pass(999)
    await expect(kids()).rejects.toThrow(/ECONNREFUSED/)
    expect(server.asked()).toBe(0)
    pass(1)
    expect(await kids()).toEqual(['old'])
  })
})

describe('F10: an empty set', () => {
  test('does not replace keys for five minutes, and does then', async () => {
    const { server, kids, pass, logger } = await openLoaded(OLD)
    server.publish({ keys: [] })
    pass(10 * MINUTE)
    expect(await kids('old')).toEqual(['old'])
    expect(logger.text()).toContain('has no key that verifies signatures')
    pass(4 * MINUTE)
    // Nothing is waited for while a failure is fresh: the second call sees the outcome.
    await kids('old')
    await expect(kids('new')).rejects.toThrow(/has no key/)
    expect(await kids('old')).toEqual(['old'])
    pass(MINUTE)
    expect(await kids('gone').catch(() => 'refused')).toEqual([])
    expect(await kids('old')).toEqual([])
  })

  test('is forgotten when the keys come back', async () => {
    const { server, kids, pass } = await openLoaded(OLD)
    server.publish({ keys: [] })
    pass(10 * MINUTE)
    await kids('old')
    server.publish(NEW)
    pass(MINUTE)
    expect(await kids('new')).toEqual(['new'])
    server.publish({ keys: [] })
    pass(10 * MINUTE)
    expect(await kids('new')).toEqual(['new'])
  })
})

describe('F10: an issuer that hangs', () => {
  test('delays the tokens of known keys by a second, together, and no later ones', async () => {
    const { server, kids, pass } = await openLoaded(OLD)
    server.answer(() => {})
    pass(10 * MINUTE)
    const startedAt = performance.now()
    expect(await Promise.all([kids('old'), kids('old'), kids()])).toEqual([['old'], ['old'], ['old']])
    const firstMs = performance.now() - startedAt
    expect(await kids('old')).toEqual(['old'])
    // It cannot be judged, and is not refused for good.
    await expect(kids('new')).rejects.toThrow(/is being read/)
    expect(firstMs).toBeLessThan(3_000)
    expect(performance.now() - startedAt - firstMs).toBeLessThan(500)
    expect(server.asked()).toBe(2)
    await server.stop()
  })

  test('from the start is waited for once, and then for a second of each reading', async () => {
    const server = await startJwksServer()
    const { kids, pass } = openRing(server, { timeoutMs: 1_500 })
    server.answer(() => {})
    await expect(kids('old')).rejects.toThrow(/timeout/)
    pass(1_000)
    const startedAt = performance.now()
    await expect(Promise.all([kids('old'), kids('old')])).rejects.toThrow(/timeout/)
    await expect(kids('old')).rejects.toThrow(/timeout/)
    expect(performance.now() - startedAt).toBeLessThan(1_400)
    expect(server.asked()).toBe(2)
    await server.stop()
  })
})
