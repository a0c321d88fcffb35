import { describe, expect, test } from 'vitest'
import { forge, hmac } from '../support/forge.js'
import { type Login, PASSWORD, SECRET, startSharedServer } from '../support/server.js'

const NEW_PASSWORD = 'another battery, another horse'

describe('changePassword', async () => {
  const server = await startSharedServer()
  const change = (token: string, newPassword = NEW_PASSWORD, currentPassword = PASSWORD) =>
    server.ask(
      `mutation ($currentPassword: String!, $newPassword: String!) {
        changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
          accessToken refreshToken user { id } session { id device current }
        }
      }`,
      { token, variables: { currentPassword, newPassword } },
    )
  const logIn = (username: string, password: string) =>
    server.ask(
      'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken session { id } } }',
      { variables: { input: { username, password, device: 'phone' } } },
    )

  test('ends every session, this one too, and answers a new one that is fresh', async () => {
    const ada = await server.signUp()
    const phone = (await logIn(ada.username, PASSWORD)).data.login
    const unbound = await server.sallyport.tokens.issueAccess({ subject: ada.userId, fresh: true })
    const { status, data } = await change(phone.accessToken)
    expect(status).toBe(200)
    const next = data.changePassword
    expect(next).toMatchObject({ user: { id: ada.userId }, session: { device: 'phone', current: true } })
    expect(next.session.id).not.toBe(phone.session.id)
    for (const old of [ada, phone]) {
      expect(await server.judge(old.accessToken)).toBe('TOKEN_REVOKED')
      expect(await server.refresh(old.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
    }
    expect(await server.judge(unbound)).toBe('TOKEN_REVOKED')
    const { data: who } = await server.ask('{ whoami { fresh } sessions { id } }', {
      token: next.accessToken,
    })
    expect(who).toEqual({ whoami: { fresh: true }, sessions: [{ id: next.session.id }] })
    expect((await server.refresh(next.refreshToken)).status).toBe(200)
    expect(await logIn(ada.username, PASSWORD)).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    expect((await logIn(ada.username, NEW_PASSWORD)).status).toBe(200)
  })

  test.each([
    ['a wrong current password', { current: 'not the one' }, 401, 'INVALID_CREDENTIALS'],
    ['a new password that is too short', { next: 'x4%Kp!q' }, 400, 'BAD_USER_INPUT'],
    ['a new password that is too long', { next: 'x'.repeat(1025) }, 400, 'BAD_USER_INPUT'],
    ['a common new password', { next: 'password123' }, 400, 'BAD_USER_INPUT'],
    ['F18 a new password that is a sequence', { next: '987654321' }, 400, 'BAD_USER_INPUT'],
    ['F12 half of a character in the new password', { next: 'x4%Kp!q7\udfff' }, 400, 'BAD_USER_INPUT'],
  ])('changes nothing for %s', async (_what, { next, current }: Passwords, status, code) => {
    const ada = await server.signUp()
    const answer = await change(ada.accessToken, next, current)
    expect(answer).toMatchObject({ status, code, data: null })
    if (code === 'BAD_USER_INPUT') expect(answer.errors[0]?.extensions.field).toBe('newPassword')
    expect(await server.judge(ada.accessToken)).toBe('ok')
    expect((await server.refresh(ada.refreshToken)).status).toBe(200)
    expect((await logIn(ada.username, PASSWORD)).status).toBe(200)
  })

  test('asks for freshness', async () => {
    const { refreshToken } = await server.signUp()
    const { accessToken } = (await server.refresh(refreshToken)).data.refresh
    expect(await change(accessToken)).toMatchObject({ status: 401, code: 'FRESH_REQUIRED' })
    expect((await server.ask('{ me { id } }', { token: accessToken })).status).toBe(200)
  })

  test('leaves no login alive whose password was verified before it', async () => {
    const ada = await server.signUp()
    const logins = Array.from({ length: 8 }, () => logIn(ada.username, PASSWORD))
    const changed = await change(ada.accessToken)
    expect(changed.status).toBe(200)
    for (const { code, data } of await Promise.all(logins)) {
      if (code === undefined) {
        expect(await server.judge(data.login.accessToken)).toBe('TOKEN_REVOKED')
        expect(await server.refresh(data.login.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
      } else {
        expect(code).toMatch(/^(INVALID_CREDENTIALS|CONFLICT)$/)
      }
    }
    expect(await server.judge(changed.data.changePassword.accessToken)).toBe('ok')
  })

  test('of several at once with one token, one holds, and its session alone lives', async () => {
    const ada = await server.signUp()
    const news = ['first new password', 'second new password', 'third new password', 'fourth new password']
    const answers = await Promise.all(news.map((next) => change(ada.accessToken, next)))
    const done = answers.filter(({ code }) => code === undefined)
    expect(done).toHaveLength(1)
    for (const { code } of answers) {
      expect([undefined, 'CONFLICT', 'SESSION_ENDED', 'TOKEN_REVOKED', 'INVALID_CREDENTIALS']).toContain(code)
    }
    expect(await server.judge(done[0]?.data.changePassword.accessToken)).toBe('ok')
    const codes = await Promise.all(news.map(async (next) => (await logIn(ada.username, next)).code))
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
  })
})

describe('deleteAccount', async () => {
  const server = await startSharedServer()
  const remove = ({ accessToken }: Pick<Login, 'accessToken'>) =>
    server.ask('mutation { deleteAccount }', { token: accessToken })
  const signUp = (input: Record<string, unknown>) =>
    server.ask(
      'mutation ($input: SignupInput!) { signup(input: $input) { accessToken refreshToken user { id roles } } }',
      { variables: { input: { password: PASSWORD, ...input } } },
    )

  test('ends every session and frees the names; the id is never given again', async () => {
    const names = { username: 'ada', email: 'ada@example.com' }
    const { data } = await signUp(names)
    const { accessToken, refreshToken, user } = data.signup
    await (await server.store()).updateUser(user.id, { roles: ['editor'] })
    const other = await server.logIn('ada')
    const unbound = await server.sallyport.tokens.issueAccess({ subject: user.id })
    expect(await remove({ accessToken })).toMatchObject({ status: 200, data: { deleteAccount: true } })

    for (const token of [accessToken, other.accessToken, unbound]) {
      expect(await server.judge(token)).toBe('TOKEN_REVOKED')
    }
    for (const token of [refreshToken, other.refreshToken]) {
      expect(await server.refresh(token)).toMatchObject({ code: 'SESSION_ENDED' })
    }
    const { data: login } = await server.ask(
      'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }',
      { variables: { input: { username: 'ada', password: PASSWORD } } },
    )
    expect(login).toBeNull()

    const again = await signUp(names)
    expect(again.status).toBe(200)
    expect(again.data.signup.user).toEqual({ id: expect.any(String), roles: [] })
    expect(again.data.signup.user.id).not.toBe(user.id)
    expect(await server.judge(again.data.signup.accessToken)).toBe('ok')
  })

  test('keeps the row for good, with nothing of the person in it', async () => {
    const { accessToken, userId, username } = await server.signUp()
    await remove({ accessToken })
    const row = await (await server.store()).findUser(userId)
    expect(row).toMatchObject({
      id: userId,
      username: null,
      email: null,
      passwordHash: null,
      roles: [],
      deletedAt: new Date(server.clock.now()),
    })
    expect(JSON.stringify(row)).not.toContain(username)
  })

  test('a token that names it later is of a user that does not exist', async () => {
    const { accessToken, userId } = await server.signUp()
    await remove({ accessToken })
    server.clock.advance(2)
    const issued = server.sallyport.tokens.issueAccess({ subject: userId, fresh: true })
    await expect(issued).rejects.toMatchObject({ code: 'CONFLICT' })
    const [iat, exp] = [server.clock.seconds(), server.clock.seconds() + 600]
    const later = forge(
      { alg: 'HS256', typ: 'JWT' },
      { sub: userId, fresh: true, iat, exp },
      hmac('sha256', SECRET),
    )
    const answer = await server.ask('{ me { id } }', { token: later })
    expect(answer).toMatchObject({ status: 401, code: 'USER_NOT_FOUND', data: null })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sallyport", error="invalid_token"')
    expect(await remove({ accessToken: later })).toMatchObject({ status: 401, code: 'SESSION_ENDED' })
  })

  test('asks for freshness', async () => {
    const { refreshToken } = await server.signUp()
    const { accessToken } = (await server.refresh(refreshToken)).data.refresh
    expect(await remove({ accessToken })).toMatchObject({ status: 401, code: 'FRESH_REQUIRED' })
  })
})

interface Passwords {
  next?: string
  current?: string
}
