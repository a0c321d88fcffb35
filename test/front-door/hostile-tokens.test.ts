import { createPrivateKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hostileEcTokens, hostileRsaTokens } from '../support/hostile-key-tokens.js'
import { type HostileToken, hostileTokens } from '../support/hostile-tokens.js'
import { makeKeyPair } from '../support/key-pair.js'
import { SECRET, startSharedServer, type TestServer } from '../support/server.js'

/** The challenge of a token that is not good: nothing of why. */
const CHALLENGE = 'Bearer realm="sallyport", error="invalid_token"'

/** Presents a token in the header of `me`, or to `refresh`, and expects what the row says. */
async function present(server: TestServer, { id, token, must, as, tooLongForHeader }: HostileToken) {
  if (as === 'refresh') {
    expect((await server.refresh(token)).code).toBe(must)
    return
  }
  if (tooLongForHeader) {
    expect((await server.refresh(token.slice(0, 90_000))).code).toBe('TOKEN_INVALID')
    return
  }
  const { status, code, headers, body } = await server.ask('{ claims }', { token })
  expect(code ?? 'ok').toBe(must)
  expect(status).toBe(must === 'ok' ? 200 : 401)
  const { data } = await server.ask('{ whoami { state subject } }', { token })
  const state = { ok: 'ACTIVE', TOKEN_EXPIRED: 'EXPIRED', TOKEN_INVALID: 'INVALID' }[must]
  expect(data.whoami).toEqual({ state, subject: must === 'TOKEN_INVALID' ? null : '42' })
  const isRefresh = id === 'type-refresh-as-access'
  expect((await server.refresh(token)).code).toBe(isRefresh ? 'SESSION_ENDED' : 'TOKEN_INVALID')
  if (must === 'ok') return
  expect(body).not.toHaveProperty('data')
  expect(headers.get('www-authenticate')).toBe(CHALLENGE)
  expect(JSON.stringify(body).length).toBeLessThan(300)
}

describe('G70 a token of any shape, at a guarded field', async () => {
  const server = await startSharedServer({ issuer: 'https://us.example', audience: 'api' })
  const now = server.clock.seconds()
  const target = { secret: SECRET, now, issuer: 'https://us.example', audience: 'api' }

  test.each(hostileTokens(target))('G70 $id: $must', (row) => present(server, row))

  test('G70 the server is none the worse for it', async () => {
    expect(await server.judge((await server.signUp()).accessToken)).toBe('ok')
  })
})

describe.each([
  ['RSA', 'rsa', hostileRsaTokens],
  ['EC', 'ec', hostileEcTokens],
] as const)('G70 with an %s key', async (_name, kind, rows) => {
  const { privateKey } = makeKeyPair(kind)
  const server = await startSharedServer({ privateKey })
  const target = { privateKey: createPrivateKey(privateKey), now: server.clock.seconds() }

  test.each(rows(target))('G70 $id: $must', (row) => present(server, row))
})
