import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { encode, forge, hmac, rsa, signText } from './forge.js'
import { goodClaims, type HostileToken, row, type Target } from './hostile-row.js'

/** What is wrong is the header: the algorithm, the key that it names or brings along, or what it demands. */
export function hostileHeaders(target: Target): HostileToken[] {
  const claims = goodClaims(target)
  const signer = hmac('sha256', target.secret)
  const withHeader = (id: string, must: HostileToken['must'], header: object) =>
    row(id, must, forge({ alg: 'HS256', typ: 'JWT', ...header }, claims, signer))
  const withJson = (id: string, json: string | Buffer) =>
    row(id, 'TOKEN_INVALID', signText(`${encode(json)}.${encode(claims)}`, signer))

  const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = attacker.publicKey.export({ format: 'jwk' })
  const certificate = attacker.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const byAttacker = (id: string, header: object) =>
    row(id, 'TOKEN_INVALID', forge({ typ: 'JWT', ...header }, claims, rsa('sha256', attacker.privateKey)))
  /** HMAC under a key of the attacker's choice. */
  const underKey = (id: string, header: object, key: string | Buffer) =>
    row(id, 'TOKEN_INVALID', forge({ alg: 'HS256', typ: 'JWT', ...header }, claims, hmac('sha256', key)))
  const unsigned = (id: string, alg: string) => [
    row(`${id}-unsigned`, 'TOKEN_INVALID', `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`),
    withHeader(`${id}-signed`, 'TOKEN_INVALID', { alg }),
  ]

  return [
    ...['none', 'None', 'NONE', 'nOnE', ' none', 'none\0'].flatMap((alg, at) =>
      unsigned(`alg-none-${at}`, alg),
    ),
    withHeader('alg-missing', 'TOKEN_INVALID', { alg: undefined }),
    withHeader('alg-null', 'TOKEN_INVALID', { alg: null }),
    withHeader('alg-empty', 'TOKEN_INVALID', { alg: '' }),
    withHeader('alg-number', 'TOKEN_INVALID', { alg: 256 }),
    withHeader('alg-list', 'TOKEN_INVALID', { alg: ['HS256'] }),
    withHeader('alg-lower-case', 'TOKEN_INVALID', { alg: 'hs256' }),
    withHeader('alg-of-another-family', 'TOKEN_INVALID', { alg: 'RS256' }),
    withHeader('alg-proto', 'TOKEN_INVALID', { alg: '__proto__' }),
    withHeader('alg-constructor', 'TOKEN_INVALID', { alg: 'constructor' }),
    row('alg-hs384', 'TOKEN_INVALID', forge({ alg: 'HS384' }, claims, hmac('sha384', target.secret))),
    row('alg-hs512', 'TOKEN_INVALID', forge({ alg: 'HS512' }, claims, hmac('sha512', target.secret))),
    row(
      'alg-expired-and-none',
      'TOKEN_INVALID',
      `${encode({ alg: 'none' })}.${encode({ ...claims, exp: 1 })}.`,
    ),

    withHeader('kid-unknown', 'TOKEN_INVALID', { kid: 'another' }),
    withHeader('kid-empty', 'TOKEN_INVALID', { kid: '' }),
    withHeader('kid-number', 'TOKEN_INVALID', { kid: 0 }),
    withHeader('kid-null', 'TOKEN_INVALID', { kid: null }),
    withHeader('kid-list', 'TOKEN_INVALID', { kid: [] }),
    withHeader('kid-proto', 'TOKEN_INVALID', { kid: '__proto__' }),
    underKey('kid-path', { kid: '../../../../../../dev/null' }, ''),
    underKey('kid-path-zeros', { kid: '/dev/zero' }, Buffer.alloc(64)),
    underKey(
      'kid-sql',
      { kid: "x' UNION SELECT 'chosen-by-the-attacker-chosen-by-the" },
      'chosen-by-the-attacker',
    ),
    underKey('kid-url', { kid: 'https://attacker.example/key' }, 'chosen-by-the-attacker'),
    underKey('key-empty', {}, ''),
    underKey('key-zeros', {}, Buffer.alloc(32)),
    underKey('key-guess', {}, 'secret'),
    underKey('key-with-line-end', {}, `${target.secret}\n`),
    underKey('key-random', {}, randomBytes(32)),
    row(
      'forged-and-expired',
      'TOKEN_INVALID',
      forge({ alg: 'HS256' }, { ...claims, exp: 1 }, hmac('sha256', 'x')),
    ),

    byAttacker('jwk-of-attacker', { alg: 'RS256', jwk }),
    byAttacker('jwk-of-attacker-as-hmac', { alg: 'HS256', jwk }),
    byAttacker('jku-of-attacker', { alg: 'RS256', jku: 'https://attacker.example/jwks.json', kid: '1' }),
    byAttacker('x5u-of-attacker', { alg: 'RS256', x5u: 'https://attacker.example/cert.pem' }),
    byAttacker('x5c-of-attacker', { alg: 'RS256', x5c: [certificate] }),
    underKey('jwk-symmetric', { jwk: { kty: 'oct', k: encode('chosen') } }, 'chosen'),
    withHeader('jwk-ignored', 'ok', { jwk }),
    withHeader('jku-ignored', 'ok', { jku: 'https://attacker.example/jwks.json' }),
    withHeader('x5u-ignored', 'ok', { x5u: 'https://attacker.example/cert.pem' }),
    withHeader('x5c-ignored', 'ok', { x5c: [certificate] }),

    withHeader('crit-known-name', 'TOKEN_INVALID', { crit: ['exp'] }),
    withHeader('crit-unknown-name', 'TOKEN_INVALID', { crit: ['x'], x: 1 }),
    withHeader('crit-b64', 'TOKEN_INVALID', { crit: ['b64'], b64: true }),
    withHeader('crit-empty', 'TOKEN_INVALID', { crit: [] }),
    withHeader('crit-null', 'TOKEN_INVALID', { crit: null }),
    withHeader('typ-missing', 'ok', { typ: undefined }),
    withHeader('typ-lower-case', 'ok', { typ: 'jwt' }),
    withHeader('typ-at-jwt', 'ok', { typ: 'at+jwt' }),
    withHeader('typ-at-jwt-upper-case', 'ok', { typ: 'AT+JWT' }),
    withHeader('typ-application', 'ok', { typ: 'application/at+jwt' }),
    withHeader('typ-of-an-id-token-event', 'TOKEN_INVALID', { typ: 'secevent+jwt' }),
    withHeader('typ-logout', 'TOKEN_INVALID', { typ: 'logout+jwt' }),
    withHeader('typ-proof', 'TOKEN_INVALID', { typ: 'dpop+jwt' }),
    withHeader('typ-line-end', 'TOKEN_INVALID', { typ: 'JWT\n' }),
    withHeader('typ-empty', 'TOKEN_INVALID', { typ: '' }),
    withHeader('typ-null', 'TOKEN_INVALID', { typ: null }),
    withHeader('typ-list', 'TOKEN_INVALID', { typ: ['JWT'] }),

    withJson('header-alg-twice', '{"alg":"HS256","alg":"HS256"}'),
    withJson('header-alg-twice-none', '{"alg":"none","typ":"JWT","alg":"HS256"}'),
    withJson('header-alg-twice-escaped', '{"alg":"HS256","\\u0061lg":"none"}'),
    withJson('header-kid-twice', '{"alg":"HS256","kid":"a","kid":"b"}'),
    withJson('header-not-json', 'alg=HS256'),
    withJson('header-text', '"HS256"'),
    withJson('header-null', 'null'),
    withJson('header-list', '[{"alg":"HS256"}]'),
    withJson('header-not-utf8', Buffer.from('{"alg":"HS256","x":"\xff"}', 'latin1')),
    withJson('header-proto', '{"__proto__":{"alg":"HS256"}}'),
    withJson('header-nested-deep', `{"alg":"HS256","x":${'['.repeat(3000)}${']'.repeat(3000)}}`),
  ]
}
