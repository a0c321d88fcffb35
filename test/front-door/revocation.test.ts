import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.js'
import { createPruner } from '../../src/revocation/prune.js'
import { startServer, type TestServer } from '../support/server.js'

const REVOKE = 'mutation ($jti: ID!) { revoke(jti: $jti) { jti } }'
const UNREVOKE = 'mutation ($jti: ID!) { unrevoke(jti: $jti) { jti } }'

const jtiOf = ({ sallyport }: TestServer, token: string) =>
  String(sallyport.tokens.peek(token)?.unverifiedClaims.jti)

/** Asks again and again until the answer is this one; fails after five seconds of polls. */
async function awaitCode(server: TestServer, token: string, code: string): Promise<void> {
  await expect.poll(() => server.judge(token), { timeout: 5_000, interval: 20 }).toBe(code)
}

describe('P41 which types of token are looked up', () => {
  test.each([
    ['all', 'TOKEN_REVOKED', 'SESSION_ENDED', 'TOKEN_REVOKED'],
    ['refresh', 'ok', 'SESSION_ENDED', 'ok'],
    ['none', 'ok', undefined, 'ok'],
  ] as const)('%s', async (blocklistChecks, access, refresh, afterLogout) => {
    const server = await startServer({ blocklistChecks })
    const ada = await server.signUp()
    const other = await server.logIn(ada.username)
    for (const token of [ada.accessToken, ada.refreshToken]) {
      const { status } = await server.ask(REVOKE, {
        token: other.accessToken,
        variables: { jti: jtiOf(server, token) },
      })
      expect(status).toBe(200)
    }
    expect(await server.judge(ada.accessToken)).toBe(access)
    expect((await server.refresh(ada.refreshToken)).code).toBe(refresh)
    expect((await fetch(`${server.origin}/ready`)).status).toBe(200)

    // The end of a session is not a look-up: there is nothing left to exchange.
    await server.ask('mutation { logout { ended } }', { token: other.accessToken })
    expect(await server.judge(other.accessToken)).toBe(afterLogout)
    expect((await server.refresh(other.refreshToken)).code).toBe('SESSION_ENDED')
  })
})

describe('two instances on one database', () => {
  test('what one revokes is refused there at once, and on the other after its next poll', async () => {
    const one = await startServer()
    const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
    const ada = await one.signUp('ada')
    const phone = await two.logIn('ada')
    expect(await two.judge(ada.accessToken)).toBe('ok')
    expect(await one.judge(phone.accessToken)).toBe('ok')

    await one.ask(REVOKE, { token: phone.accessToken, variables: { jti: jtiOf(one, ada.accessToken) } })
    expect(await one.judge(ada.accessToken)).toBe('TOKEN_REVOKED')
    await awaitCode(two, ada.accessToken, 'TOKEN_REVOKED')

    await two.ask(UNREVOKE, { token: phone.accessToken, variables: { jti: jtiOf(one, ada.accessToken) } })
    expect(await two.judge(ada.accessToken)).toBe('ok')
    await awaitCode(one, ada.accessToken, 'ok')

    await two.ask('mutation { revokeAllSessions }', { token: phone.accessToken })
    for (const token of [ada.accessToken, phone.accessToken]) {
      expect(await two.judge(token)).toBe('TOKEN_REVOKED')
      await awaitCode(one, token, 'TOKEN_REVOKED')
    }
  })

  test('fifty refreshes with one token, spread over both, give one pair', async () => {
    const one = await startServer()
    const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
    const { refreshToken } = await one.signUp()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : two).refresh(refreshToken)),
    )
    expect(answers.map(({ code }) => code)).toEqual(Array(50).fill(undefined))
    const jtis = answers.map(({ data }) => jtiOf(one, data.refresh.refreshToken))
    expect(new Set(jtis).size).toBe(1)
    expect(await two.judge(answers[0]?.data.refresh.accessToken)).toBe('ok')
  })
})

describe('P42 what is kept', () => {
  test('accounts, sessions and revocations outlive the server', async () => {
    const first = await startServer()
    const ada = await first.signUp('ada')
    const gone = await first.logIn('ada')
    await first.ask('mutation { logout { ended } }', { token: gone.accessToken })
    await first.sallyport.close()

    const second = await startServer({ databaseUrl: first.databaseUrl, clock: first.clock })
    expect(await second.judge(ada.accessToken)).toBe('ok')
    expect(await second.judge(gone.accessToken)).toBe('TOKEN_REVOKED')
    expect(await second.refresh(gone.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    expect((await second.refresh(ada.refreshToken)).status).toBe(200)
    await second.logIn('ada')
  })

  test('expired tokens and what was said of them leave by themselves; live ones and the account stay', async () => {
    const server = await startServer()
    const store = await server.store()
    const { username, accessToken, userId } = await server.signUp()
    await server.ask('mutation { revokeAllSessions }', { token: accessToken })
    const kept = await server.logIn(username)
    const phone = await server.logIn(username)
    await server.ask('mutation { logout { ended } }', { token: phone.accessToken })
    const count = async () => ({
      tokens: (await store.listTokens({ userId, limit: 100 })).length,
      lines: (await store.readRevocations(0, 100)).entries.length,
    })
    expect(await count()).toEqual({ tokens: 6, lines: 2 })
    const pruner = createPruner({
      store,
      clock: { elapsed: server.clock.now },
      logger: silentLogger,
      leewaySeconds: 0,
      auditRetentionSeconds: null,
    })
    expect(await pruner.run()).toBe(0)

    server.clock.advance(1000)
    await pruner.run()
    // No line of a session is kept for its refresh token, of which the database is asked: one a logout would be held by every
    // instance for a month. The other is for what was issued elsewhere, before.
    expect(await count()).toEqual({ tokens: 3, lines: 1 })
    expect(await server.judge(accessToken)).toBe('TOKEN_EXPIRED')
    expect((await server.refresh(kept.refreshToken)).status).toBe(200)

    server.clock.advance(31 * 86_400)
    await pruner.run()
    expect(await count()).toEqual({ tokens: 0, lines: 0 })
    await server.logIn(username)
  })

  test('F7: a clock that jumps ahead and comes back deletes nothing that is still needed', async () => {
    const server = await startServer()
    const ada = await server.signUp()
    await server.ask('mutation { logout { ended } }', { token: ada.accessToken })
    const kept = await server.logIn(ada.username)
    let elapsedMs = 0
    const pruner = createPruner({
      store: await server.store(),
      clock: { elapsed: () => elapsedMs },
      logger: silentLogger,
      leewaySeconds: 0,
      auditRetentionSeconds: 86_400,
    })
    expect(await pruner.run()).toBe(0)
    server.clock.advance(90 * 86_400)
    for (let minute = 0; minute < 10; minute++) {
      elapsedMs += 60_000
      expect(await pruner.run()).toBe(0)
    }

    server.clock.advance(-90 * 86_400)
    const later = await startServer({ databaseUrl: server.databaseUrl, clock: server.clock })
    expect(await later.judge(ada.accessToken)).toBe('TOKEN_REVOKED')
    expect((await later.refresh(kept.refreshToken)).status).toBe(200)

    // A clock that stays ahead for an hour is right.
    server.clock.advance(90 * 86_400)
    for (let minute = 0; minute <= 61; minute++) {
      elapsedMs += 60_000
      await pruner.run()
    }
    expect(await (await server.store()).listTokens({ limit: 10 })).toEqual([])
  })
})
