import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KeyOptions } from '../../src/base/key-options.js'
import type { VerifyOptions } from '../../src/base/options.js'
import { codeOf, createBench, createSetClock, verdictOf } from '../support/judge.js'

interface Vector {
  id: string
  token: string
  access: string
  refresh: string
  note: string
  options: VerifyOptions & { key?: 'rsa' | 'ec' }
}

const file = new URL('../vectors/flask-jwt-extended.json', import.meta.url)
const vectors: { secret: string; rsaPublicKey: string; ecPublicKey: string; tokens: Vector[] } = JSON.parse(
  readFileSync(file, 'utf8'),
)

/** Soon after the tokens were made. */
const clock = createSetClock(1_795_303_200_000)

function keysOf({ options }: Vector): KeyOptions {
  if (options.key === 'rsa') return { publicKey: vectors.rsaPublicKey }
  return options.key === 'ec' ? { publicKey: vectors.ecPublicKey } : { secret: vectors.secret }
}

describe('P80 tokens minted by Flask-JWT-Extended', () => {
  test('are all here', () => {
    expect(vectors.tokens).toHaveLength(15)
  })

  test.each(vectors.tokens)('$id: $note', (vector) => {
    const { key: _key, ...options } = vector.options
    const { verifier } = createBench({ ...keysOf(vector), ...options, clock })
    expect(codeOf(verdictOf(verifier, vector.token, 'access'))).toBe(vector.access)
    // Ours to find no session for: the token itself is good.
    const refresh = vector.refresh === 'SESSION_ENDED' ? 'ok' : vector.refresh
    expect(codeOf(verdictOf(verifier, vector.token, 'refresh'))).toBe(refresh)
  })

  test('hs256-never-expires is refused without the option', () => {
    const vector = vectors.tokens.find(({ id }) => id === 'hs256-never-expires')
    const { verifier } = createBench({ secret: vectors.secret, clock })
    expect(verdictOf(verifier, vector?.token ?? '')).toMatchObject({ kind: 'invalid', reason: 'exp: absent' })
  })

  test('hs256-claims hands out the claims of the host as they are', () => {
    const vector = vectors.tokens.find(({ id }) => id === 'hs256-claims')
    const { verifier } = createBench({ secret: vectors.secret, clock })
    expect(verdictOf(verifier, vector?.token ?? '')).toMatchObject({
      kind: 'valid',
      subject: '42',
      claims: { sub: '42', roles: ['admin'], foo: ['bar', 'baz'], deep: { a: 1 } },
    })
  })
})
