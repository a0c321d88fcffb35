import { describe, expect, test } from 'vitest'
import type { UserPatch } from '../../src/store/contract.js'
import { createFaultyGround } from '../support/faulty-store.js'
import { type GraphQLAnswer, PASSWORD, startSharedServer } from '../support/server.js'

/** What was verified against a row that is another by the time it is to be written. */
describe('an account that changes while a password is verified', async () => {
  const ground = createFaultyGround()
  const server = await startSharedServer({ ground })
  const LOGIN = `mutation ($username: String!, $password: String!) {
    login(input: { username: $username, password: $password }) { accessToken }
  }`
  const logIn = (username: string, password = PASSWORD) =>
    server.ask(LOGIN, { variables: { username, password } })

  async function changeMeanwhile(
    userId: string,
    patch: UserPatch,
    act: () => Promise<GraphQLAnswer>,
  ): Promise<GraphQLAnswer> {
    const store = await server.store()
    const answers: GraphQLAnswer[] = []
    await ground.overtake(
      async () => answers.push(await act()),
      () => store.updateUser(userId, patch),
    )
    const [answer] = answers
    if (answer === undefined) throw new Error('nothing was asked')
    return answer
  }

  async function twoAccounts() {
    const [ada, bob] = [await server.signUp(), await server.signUp()]
    const other = await (await server.store()).findUser(bob.userId)
    await server.ask(
      `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another password") { tokenType } }`,
      { token: bob.accessToken },
    )
    const changed = await (await server.store()).findUser(bob.userId)
    // What a change of the password to this one leaves in the row.
    const patch = { version: 2, passwordHash: changed?.passwordHash ?? null }
    expect(other?.passwordHash).not.toBe(patch.passwordHash)
    return { ada, patch }
  }

  test('a login with the old password fails, and one that is tried again with the new one holds', async () => {
    const { ada, patch } = await twoAccounts()
    const late = await changeMeanwhile(ada.userId, patch, () => logIn(ada.username))
    expect(late).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS', data: null })
    expect((await logIn(ada.username, 'another password')).status).toBe(200)
  })

  test('a login goes on when only the roles changed, and has the new ones', async () => {
    const { ada } = await twoAccounts()
    const patch = { version: 2, roles: ['editor'] }
    const { status, data } = await changeMeanwhile(ada.userId, patch, () => logIn(ada.username))
    expect(status).toBe(200)
    const claims = await server.ask('{ claims }', { token: data.login.accessToken })
    expect(claims.data.claims.roles).toEqual(['editor'])
  })

  test('a login to an account that is disabled meanwhile fails', async () => {
    const { ada } = await twoAccounts()
    const patch = { version: 2, disabledAt: new Date(server.clock.now()) }
    const late = await changeMeanwhile(ada.userId, patch, () => logIn(ada.username))
    expect(late).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' })
  })

  test.each([
    ['reauthenticate', `mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`],
    [
      'changePassword',
      `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "a third password") { accessToken } }`,
    ],
  ])('%s is CONFLICT, and gives nothing', async (_name, mutation) => {
    const { ada, patch } = await twoAccounts()
    const act = () => server.ask(mutation, { token: ada.accessToken })
    expect(await changeMeanwhile(ada.userId, patch, act)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      data: null,
    })
    expect((await logIn(ada.username, 'another password')).status).toBe(200)
    expect(await logIn(ada.username, 'a third password')).toMatchObject({ code: 'INVALID_CREDENTIALS' })
  })
})

describe('the version of an account is raised', async () => {
  const server = await startSharedServer()
  const versionOf = async (id: string) => (await (await server.store()).findUser(id))?.version

  test.each([
    'revokeAllSessions',
    `changePassword(currentPassword: "${PASSWORD}", newPassword: "another password") { tokenType }`,
    'deleteAccount',
  ])('by %s', async (field) => {
    const ada = await server.signUp()
    expect(await versionOf(ada.userId)).toBe(1)
    expect((await server.ask(`mutation { ${field} }`, { token: ada.accessToken })).status).toBe(200)
    expect(await versionOf(ada.userId)).toBe(2)
  })

  test('by no login, refresh or logout', async () => {
    const ada = await server.signUp()
    await server.logIn(ada.username)
    await server.refresh(ada.refreshToken)
    await server.ask('mutation { logout { ended } }', { token: ada.accessToken })
    expect(await versionOf(ada.userId)).toBe(1)
  })
})
