import { expect, test } from 'vitest'
import { peekUnverified } from '../../src/tokens/peek.js'
import { forge, hmac } from '../support/forge.js'

test('P22 shows header and claims of a token that nobody vouches for', () => {
  const raw = forge({ alg: 'HS256', kid: 'k' }, { sub: 'anybody' }, hmac('sha256', 'not the key'))
  const shown = peekUnverified(raw)
  expect(shown).toEqual({
    unverifiedHeader: { alg: 'HS256', kid: 'k' },
    unverifiedClaims: { sub: 'anybody' },
  })
})

test.each(['', 'a.b.c', 'Bearer x', forge({ alg: 'HS256' }, '[]', hmac('sha256', 'x'))])(
  'P22 shows nothing of what is no token: %s',
  (raw) => {
    expect(peekUnverified(raw)).toBeNull()
  },
)
