import { encode, forge, hmac, signText } from './forge.js'
import { goodClaims, type HostileToken, row, type Target } from './hostile-row.js'

const HEADER = { alg: 'HS256', typ: 'JWT' }

/** Well signed: what is wrong is what they say. */
export function hostileClaims(target: Target): HostileToken[] {
  const good = goodClaims(target)
  const signer = hmac('sha256', target.secret)
  const signed = (claims: Record<string, unknown>) => forge(HEADER, claims, signer)
  const withClaim = (id: string, must: HostileToken['must'], changed: Record<string, unknown>) =>
    row(id, must, signed({ ...good, ...changed }))
  const withJson = (id: string, must: HostileToken['must'], json: string | Buffer) =>
    row(id, must, signText(`${encode(HEADER)}.${encode(json)}`, signer))
  const without = (id: string, must: HostileToken['must'], name: string) => {
    const { [name]: _left, ...rest } = good
    return row(id, must, signed(rest))
  }
  /** The good claims as JSON, with text put in before the closing brace. */
  const extended = (text: string) => `${JSON.stringify(good).slice(0, -1)},${text}}`
  const { now, issuer, audience } = target

  return [
    withClaim('good', 'ok', {}),
    withClaim('exp-past', 'TOKEN_EXPIRED', { exp: now - 1 }),
    withClaim('exp-this-second', 'TOKEN_EXPIRED', { exp: now }),
    withClaim('exp-zero', 'TOKEN_EXPIRED', { exp: 0 }),
    withClaim('exp-text', 'TOKEN_INVALID', { exp: String(now + 900) }),
    withClaim('exp-float', 'ok', { exp: now + 900.5 }),
    withClaim('exp-negative', 'TOKEN_INVALID', { exp: -1 }),
    withClaim('exp-huge', 'TOKEN_INVALID', { exp: 1e20 }),
    withClaim('exp-largest-integer', 'TOKEN_INVALID', { exp: Number.MAX_SAFE_INTEGER }),
    withClaim('exp-milliseconds', 'TOKEN_INVALID', { exp: (now + 900) * 1000 }),
    withClaim('exp-null', 'TOKEN_INVALID', { exp: null }),
    withClaim('exp-true', 'TOKEN_INVALID', { exp: true }),
    withClaim('exp-list', 'TOKEN_INVALID', { exp: [now + 900] }),
    without('exp-missing', 'TOKEN_INVALID', 'exp'),
    withJson('exp-infinite', 'TOKEN_INVALID', JSON.stringify(good).replace(`${now + 900}`, '1e999')),
    withClaim('nbf-future', 'TOKEN_INVALID', { nbf: now + 3600 }),
    withClaim('nbf-clock-skew', 'ok', { nbf: now + 9 }),
    withClaim('nbf-text', 'TOKEN_INVALID', { nbf: '0' }),
    withClaim('iat-ahead', 'TOKEN_INVALID', { iat: now + 3600 }),
    withClaim('iat-clock-skew', 'ok', { iat: now + 9 }),
    withClaim('iat-text', 'TOKEN_INVALID', { iat: String(now) }),
    withClaim('iat-negative', 'TOKEN_INVALID', { iat: -1 }),
    withClaim('iat-ahead-and-expired', 'TOKEN_INVALID', { iat: now + 3600, exp: now - 1 }),

    withClaim('sub-number', 'TOKEN_INVALID', { sub: 42 }),
    withClaim('sub-object', 'TOKEN_INVALID', { sub: { id: '42' } }),
    withClaim('sub-list', 'TOKEN_INVALID', { sub: ['42'] }),
    withClaim('sub-false', 'TOKEN_INVALID', { sub: false }),
    withClaim('sub-empty', 'TOKEN_INVALID', { sub: '' }),
    withClaim('sub-null', 'TOKEN_INVALID', { sub: null }),
    without('sub-missing', 'TOKEN_INVALID', 'sub'),
    withClaim('sub-nul', 'TOKEN_INVALID', { sub: '42\0' }),
    withJson('sub-lone-surrogate', 'TOKEN_INVALID', JSON.stringify(good).replace('"42"', '"\\ud800"')),
    withClaim('sub-and-expired', 'TOKEN_INVALID', { sub: 42, exp: now - 1 }),
    withClaim('jti-number', 'TOKEN_INVALID', { jti: 1 }),
    withClaim('jti-empty', 'TOKEN_INVALID', { jti: '' }),
    withClaim('sid-object', 'TOKEN_INVALID', { sid: {} }),

    withClaim('type-refresh-as-access', 'TOKEN_INVALID', { type: 'refresh' }),
    { ...withClaim('type-access-as-refresh', 'TOKEN_INVALID', { type: 'access' }), as: 'refresh' },
    { ...without('type-missing-as-refresh', 'TOKEN_INVALID', 'type'), as: 'refresh' },
    withClaim('type-unknown', 'TOKEN_INVALID', { type: 'admin' }),
    withClaim('type-case', 'TOKEN_INVALID', { type: 'Access' }),
    withClaim('type-null', 'TOKEN_INVALID', { type: null }),
    withClaim('type-list', 'TOKEN_INVALID', { type: ['access', 'refresh'] }),

    withClaim('aud-other', 'TOKEN_INVALID', { aud: `${audience}-of-somebody-else` }),
    withClaim('aud-other-list', 'TOKEN_INVALID', { aud: ['web', 'mobile'] }),
    withClaim('aud-empty-list', 'TOKEN_INVALID', { aud: [] }),
    withClaim('aud-number', 'TOKEN_INVALID', { aud: 1 }),
    withClaim('aud-object', 'TOKEN_INVALID', { aud: { 0: audience ?? 'api' } }),
    withClaim('aud-null', 'TOKEN_INVALID', { aud: null }),
    withClaim('aud-list-with-number', 'TOKEN_INVALID', { aud: [audience ?? 'api', 1] }),
    withClaim('aud-other-and-expired', 'TOKEN_INVALID', { aud: 'other', exp: now - 1 }),
    withClaim('iss-number', 'TOKEN_INVALID', { iss: 1 }),
    withClaim('iss-list', 'TOKEN_INVALID', { iss: [issuer ?? 'us'] }),
    ...(audience === undefined ? [] : [without('aud-missing', 'TOKEN_INVALID', 'aud')]),
    ...(issuer === undefined
      ? []
      : [
          without('iss-missing', 'TOKEN_INVALID', 'iss'),
          withClaim('iss-other', 'TOKEN_INVALID', { iss: 'https://other.example' }),
          withClaim('iss-prefix', 'TOKEN_INVALID', { iss: `${issuer}/` }),
          withClaim('iss-other-and-expired', 'TOKEN_INVALID', { iss: 'https://other.example', exp: now - 1 }),
        ]),

    withJson('twice-exp', 'TOKEN_INVALID', extended(`"exp":${now + 901}`)),
    withJson('twice-sub', 'TOKEN_INVALID', extended('"sub":"1"')),
    withJson('twice-sub-escaped', 'TOKEN_INVALID', extended('"s\\u0075b":"1"')),
    withJson('twice-sub-spaced', 'TOKEN_INVALID', extended('"sub" \n :"1"')),
    withJson('twice-nested', 'TOKEN_INVALID', extended('"deep":[{"a":1,"a":2}]')),
    withJson('same-name-elsewhere', 'ok', extended('"deep":{"sub":"1","list":["sub",{"sub":"2"}]}')),
    withJson('proto-member', 'ok', extended('"__proto__":{"roles":["admin"],"fresh":true}')),
    withJson('number-infinite-nested', 'TOKEN_INVALID', extended('"deep":[-1e999]')),
    withJson('nested-deep', 'TOKEN_INVALID', extended(`"deep":${'['.repeat(3000)}${']'.repeat(3000)}`)),

    withJson('payload-not-json', 'TOKEN_INVALID', 'not json'),
    withJson('payload-not-closed', 'TOKEN_INVALID', JSON.stringify(good).slice(0, -1)),
    withJson('payload-then-more', 'TOKEN_INVALID', `${JSON.stringify(good)} {}`),
    withJson('payload-nan', 'TOKEN_INVALID', extended('"x":NaN')),
    withJson('payload-text', 'TOKEN_INVALID', '"42"'),
    withJson('payload-number', 'TOKEN_INVALID', '42'),
    withJson('payload-null', 'TOKEN_INVALID', 'null'),
    withJson('payload-true', 'TOKEN_INVALID', 'true'),
    withJson('payload-list', 'TOKEN_INVALID', JSON.stringify([good])),
    withJson('payload-not-utf8', 'TOKEN_INVALID', Buffer.from(extended('"name":"\xff"'), 'latin1')),
    withJson('payload-byte-order-mark', 'TOKEN_INVALID', `\ufeff${JSON.stringify(good)}`),
  ]
}
