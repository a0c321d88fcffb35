import { describe, expect, test } from 'vitest'
import { actions, administer } from '../support/administration.js'
import { type Login, startServer, type TestServer } from '../support/server.js'

describe('the last administrator stays', () => {
  type Leave = (server: TestServer, who: Login) => Promise<{ status: number; code: string | undefined }>
  const ways: [string, Leave][] = [
    ['demotion', (server, who) => actions(server).setRoles(who.accessToken, who.userId, ['editor'])],
    ['disabling', (server, who) => actions(server).setDisabled(who.accessToken, who.userId)],
    ['deletion', (server, who) => actions(server).remove(who.accessToken)],
  ]
  const countAdmins = async (server: TestServer) => {
    const users = await (await server.store()).listUsers({ limit: 101 })
    return users.filter(({ roles, disabledAt }) => roles.includes('admin') && disabledAt === null).length
  }

  test.each(ways)('%s: CONFLICT, says why, and changes nothing', async (_way, leave) => {
    const server = await startServer()
    const admin = await server.signUpAdmin()
    const disabled = await server.signUpAdmin()
    await actions(server).setDisabled(admin.accessToken, disabled.userId)
    const answer = await leave(server, admin)
    expect(answer).toMatchObject({ status: 409, code: 'CONFLICT', data: null })
    expect(answer).toMatchObject({
      errors: [{ message: 'The last administrator stays: make somebody else one first.' }],
    })
    expect(await administer(server, admin.accessToken)).toBe('ok')
    await server.signUpAdmin()
    expect((await leave(server, admin)).status).toBe(200)
  })

  test.each(ways)('%s of all at once, on two instances: one is left', async (_way, leave) => {
    const one = await startServer()
    const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
    for (let round = 0; round < 3; round++) {
      const admins = [await one.signUpAdmin(), await one.signUpAdmin(), await one.signUpAdmin()]
      const answers = await Promise.all(admins.map((who, n) => leave(n % 2 === 0 ? one : two, who)))
      expect(await countAdmins(one)).toBe(1)
      for (const { code } of answers) expect([undefined, 'CONFLICT']).toContain(code)
      // Who is left makes room for the next round.
      const [left] = (await (await one.store()).listUsers({ limit: 101 })).filter(({ roles }) =>
        roles.includes('admin'),
      )
      await (await one.store()).updateUser(left?.id ?? '', { roles: [] })
    }
  })

  test('two who demote each other at once, on two instances: one is left', async () => {
    const one = await startServer()
    const two = await startServer({ databaseUrl: one.databaseUrl, clock: one.clock })
    const [ada, bob] = [await one.signUpAdmin(), await one.signUpAdmin()]
    const answers = await Promise.all([
      actions(one).setRoles(ada.accessToken, bob.userId, []),
      actions(two).setRoles(bob.accessToken, ada.userId, []),
    ])
    expect(await countAdmins(one)).toBe(1)
    const codes = answers.map(({ code }) => code)
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    expect(codes.filter((code) => code === 'TOKEN_EXPIRED' || code === 'FORBIDDEN')).toHaveLength(1)
  })
})
