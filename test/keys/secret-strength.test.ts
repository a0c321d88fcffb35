import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isGuessableSecret } from '../../src/keys/secret-strength.js'

describe('F19: a secret that was typed', () => {
  test.each([
    'my_very_long_and_safe_secret_key',
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz123456',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    '0123456789abcdef0123456789abcdef',
    'your-256-bit-secret',
    'your-256-bit-secret-your-256-bit-secret',
    'your-super-secret-jwt-key-change-me-in-production',
    'changemechangemechangemechangeme',
    'change-me-change-me-change-me-1234',
    'thisisaverylongsecretkeyforjwttokens',
    'ThisIsMySuperSecretKeyForJwt1234',
    'this is a secret that is long enough!!',
    's3cr3t_k3y_f0r_my_4pplication_2024',
    'super-secret-key-that-should-be-changed',
    'qwertyuiopasdfghjklzxcvbnm123456',
    'secretsecretsecretsecretsecret12',
    'x7Kq2mPzx7Kq2mPzx7Kq2mPzx7Kq2mPz',
    'mysecretkeymysecretkeymysecretkey123',
    'dein-geheimer-schluessel-fuer-tokens',
    'a'.repeat(64),
  ])('is found: %j', (secret) => {
    expect(isGuessableSecret(secret)).toBe(true)
  })

  test.each<[string, () => string | Uint8Array]>([
    ['32 bytes', () => randomBytes(32)],
    ['32 bytes in base64', () => randomBytes(32).toString('base64')],
    ['32 bytes in base64url', () => randomBytes(32).toString('base64url')],
    ['32 bytes in hex', () => randomBytes(32).toString('hex')],
    ['32 bytes in capital hex', () => randomBytes(32).toString('hex').toUpperCase()],
    ['64 bytes in base64', () => randomBytes(64).toString('base64')],
    ['two UUIDs', () => `${randomUUID()}${randomUUID()}`],
  ])('and random ones never are: %s', (_what, draw) => {
    for (let round = 0; round < 2_000; round++) {
      const secret = draw()
      expect(isGuessableSecret(secret), String(secret)).toBe(false)
    }
  })

  // By chance some are mostly letters that could be words: 2 of 600,000.
  test('F19: of random ones of 24 bytes few are', () => {
    const draws = Array.from({ length: 2_000 }, () => randomBytes(24).toString('base64'))
    expect(draws.filter((secret) => isGuessableSecret(secret)).length).toBeLessThan(3)
  })
})
