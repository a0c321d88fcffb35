import { describe, expect, test } from 'vitest'
import { createClientOf } from '../../src/http/client.js'
import { createSallyport } from '../../src/index.js'
import { sourceOf } from '../../src/limits/source.js'
import { requestText, sendRaw } from '../support/raw-http.js'
import { PASSWORD, SECRET, startServer, startSharedServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const CLIENT = '203.0.113.9'
const SPOOFED = '6.6.6.6'
/** Ranges of both families, single addresses, and IPv4 written as IPv6. */
const TRUSTED = ['10.0.0.0/8', '192.0.2.1', '2001:db8:ff::/48', '::1', '::ffff:172.16.0.0/108']

describe('behind trusted proxies a client is', async () => {
  const server = await startSharedServer({ trustedProxies: TRUSTED })
  const addressOf = async (peer: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const context = await server.sallyport.context({ req: { headers, socket: { remoteAddress: peer } } })
    return context.client().ip
  }

  test.each<[string, string, string | undefined, string]>([
    ['the peer, where nothing is said', '10.0.0.1', undefined, '10.0.0.1'],
    ['whom the proxy heard from', '10.0.0.1', CLIENT, CLIENT],
    ['whom a proxy by its single address heard from', '192.0.2.1', CLIENT, CLIENT],
    ['an untrusted peer, whatever it says', '198.51.100.1', `${SPOOFED}, 10.0.0.1`, '198.51.100.1'],
    ['a neighbour of a trusted address', '192.0.2.2', SPOOFED, '192.0.2.2'],
    ['not what it wrote itself before', '10.0.0.1', `${SPOOFED}, ${CLIENT}`, CLIENT],
    ['not what it wrote itself, though it is a trusted address', '10.0.0.1', `10.9.9.9, ${CLIENT}`, CLIENT],
    ['beyond several trusted hops', '10.0.0.1', `${SPOOFED}, ${CLIENT},192.0.2.1 ,\t10.2.2.2`, CLIENT],
    ['beyond hops of both families', '2001:db8:ff::1', `${SPOOFED}, ${CLIENT}, ::1, 10.2.2.2`, CLIENT],
    ['the farthest, where all are trusted', '10.0.0.1', '10.3.3.3, 192.0.2.1', '10.3.3.3'],
    ['no farther than 32 hops', '10.0.0.1', `${CLIENT}${', 10.2.2.2'.repeat(40)}`, '10.2.2.2'],

    ['an IPv6 address', '10.0.0.1', '2001:DB8:0:0::1', '2001:db8::1'],
    ['an IPv6 address in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['an IPv6 address with a port', '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['an IPv4 address with a port', '10.0.0.1', `${CLIENT}:4711`, CLIENT],
    ['beyond a hop with a port', '10.0.0.1', `${CLIENT}:1, 10.2.2.2:2, [::1]:3`, CLIENT],
    ['an IPv4 address written as IPv6', '10.0.0.1', `::ffff:${CLIENT}`, CLIENT],
    [
      'an IPv4 address written as IPv6, in hexadecimal and with a port',
      '10.0.0.1',
      '[::ffff:cb00:7109]:443',
      CLIENT,
    ],
    ['told by a peer that is IPv4 written as IPv6', '::ffff:10.0.0.1', CLIENT, CLIENT],
    ['an untrusted peer that is IPv4 written as IPv6', '::ffff:198.51.100.1', SPOOFED, '198.51.100.1'],
    ['beyond a hop that is IPv4 written as IPv6', '10.0.0.1', `${CLIENT}, ::ffff:10.2.2.2`, CLIENT],
    ['told by a peer of a range that is IPv4 written as IPv6', '172.20.0.1', CLIENT, CLIENT],
    ['an untrusted peer next to that range', '172.32.0.1', SPOOFED, '172.32.0.1'],

    ['the last that is known, after `unknown`', '10.0.0.1', `${SPOOFED}, unknown`, '10.0.0.1'],
    ['the last that is known, after garbage between', '10.0.0.1', `${SPOOFED}, <x>, 10.2.2.2`, '10.2.2.2'],
    ['the last that is known, after nothing', '10.0.0.1', `${SPOOFED}, `, '10.0.0.1'],
    ['the peer, where the header is empty', '10.0.0.1', '', '10.0.0.1'],
    ['the peer, where the header is commas', '10.0.0.1', ' , ,, ', '10.0.0.1'],
    ['no octal address', '10.0.0.1', '010.0.0.1', '10.0.0.1'],
    ['no hexadecimal address', '10.0.0.1', '0x7f.0.0.1', '10.0.0.1'],
    ['no short address', '10.0.0.1', '6.6', '10.0.0.1'],
    ['no number', '10.0.0.1', '101058054', '10.0.0.1'],
    ['no address with a part too great', '10.0.0.1', '6.6.6.256', '10.0.0.1'],
    ['no range', '10.0.0.1', '6.6.6.0/24', '10.0.0.1'],
    ['no name', '10.0.0.1', 'localhost', '10.0.0.1'],
    ['no element of `Forwarded`', '10.0.0.1', 'for=6.6.6.6', '10.0.0.1'],
    ['no bracket that is open', '10.0.0.1', '[2001:db8::1', '10.0.0.1'],
    ['no text without end', '10.0.0.1', '6.'.repeat(20_000), '10.0.0.1'],
  ])('%s', async (_what, peer, forwarded, client) => {
    expect(await addressOf(peer, forwarded)).toBe(client)
  })

  test('nobody where there is no peer, or a path instead of one', async () => {
    expect(await addressOf('', CLIENT)).toBeNull()
    expect(await addressOf('/run/proxy.sock', CLIENT)).toBeNull()
  })
})

const SIGNUP = `mutation { signup(input: { username: "ada", password: "${PASSWORD}" }) { session { ip } } }`

test.each([
  ['by default a header says nothing', {}, '127.0.0.1'],
  ['of header lines that are repeated, the last is nearest to us', { trustedProxies: '127.0.0.0/8' }, CLIENT],
])('over HTTP %s', async (_what, options, client) => {
  const server = await startServer(options)
  const headers = [
    `X-Forwarded-For: ${SPOOFED}`,
    'Content-Type: application/json',
    `x-forwarded-for: ${CLIENT}`,
  ]
  const answer = await sendRaw(
    server.origin,
    requestText('POST /graphql', ['Host: x', ...headers], JSON.stringify({ query: SIGNUP })),
  )
  expect(JSON.parse(answer.body)).toEqual({ data: { signup: { session: { ip: client } } } })
})

test.each([
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0/8',
  '010.0.0.1',
  '2001:db8::/129',
  '::ffff:10.0.0.0/8',
  'proxy.internal',
  'loopback',
  '*',
  ' ',
])('%j is no address and no range, and stops the start by name', async (text) => {
  const start = createSallyport({ secret: SECRET, trustedProxies: ['10.0.0.1', text] })
  await expect(start).rejects.toMatchObject({
    option: 'trustedProxies',
    message: expect.stringContaining(text),
  })
})

describe('F14: a forwarding header from an address that is not trusted', () => {
  const seen = (ip: string, headers: object) => ({ req: { socket: { remoteAddress: ip }, headers } })

  test.each([['x-forwarded-for'], ['forwarded']])('is worth one warning: %s', (header) => {
    const logger = createTestLogger()
    const clientOf = createClientOf(['10.0.0.0/8'], logger)
    clientOf(seen('192.0.2.1', {}))
    clientOf(seen('10.1.1.1', { [header]: '198.51.100.1' }))
    expect(logger.lines).toEqual([])
    for (let round = 0; round < 3; round++) {
      expect(clientOf(seen('192.0.2.1', { [header]: '198.51.100.1' })).ip).toBe('192.0.2.1')
    }
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { peer: '192.0.2.1', header } }])
  })
})

test.each([
  ['64:ff9b::c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.1', '192.0.2.1'],
  ['64:ff9b:1:aaaa:bbbb:0:192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['64:ff9b:1::', '0064ff9b00010000/64'],
  ['64:ff9b:0:1::c000:201', '0064ff9b00000001/64'],
  ['2001:db8:1:2:3::4', '20010db800010002/64'],
])('F14: %s counts as %s', (ip, source) => {
  expect(sourceOf(ip)).toBe(source)
})
