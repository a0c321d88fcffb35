import { describe, expect, test } from 'vitest'
import { newName, PASSWORD, startSharedServer } from '../support/server.js'

const SIGNUP = `mutation ($input: SignupInput!) {
  signup(input: $input) { accessToken refreshToken user { id username email roles } session { id device } }
}`

describe('signup', async () => {
  const server = await startSharedServer()
  const signUp = (input: Record<string, unknown>) =>
    server.ask(SIGNUP, { variables: { input: { password: PASSWORD, ...input } } })
  const logIn = (input: Record<string, unknown>) =>
    server.ask('mutation ($input: LoginInput!) { login(input: $input) { user { id } } }', {
      variables: { input },
    })

  test('P43 makes an account and logs it in, with a fresh token and no role', async () => {
    const { status, data } = await signUp({ username: 'ada', email: 'ada@example.com', device: 'desk' })
    expect(status).toBe(200)
    expect(data.signup.user).toEqual({
      id: expect.any(String),
      username: 'ada',
      email: 'ada@example.com',
      roles: [],
    })
    expect(data.signup.session).toEqual({ id: expect.any(String), device: 'desk' })
    const { data: who } = await server.ask('{ me { id } whoami { fresh } }', {
      token: data.signup.accessToken,
    })
    expect(who).toEqual({ me: { id: data.signup.user.id }, whoami: { fresh: true } })
    expect((await server.refresh(data.signup.refreshToken)).status).toBe(200)
  })

  test.each([
    ['upper case', { username: 'ADA' }, 'username'],
    ['full-width letters, one name under NFKC', { username: 'ＡＤＡ' }, 'username'],
    ['blanks round it', { username: ' ada ' }, 'username'],
    ['an address in another case', { email: 'ADA@EXAMPLE.COM' }, 'email'],
    ['both, the address taken', { username: 'somebody', email: 'Ada@example.com' }, 'email'],
  ])('answers CONFLICT, naming the field, for a taken name: %s', async (_what, input, field) => {
    const { status, code, data, errors } = await signUp(input)
    expect({ status, code, data }).toEqual({ status: 409, code: 'CONFLICT', data: null })
    expect(errors[0]?.extensions.field).toBe(field)
    expect(errors[0]?.message).toMatch(new RegExp(`^${field}: `))
  })

  test('takes an internationalised domain in both of its spellings as one', async () => {
    expect((await signUp({ email: 'x@bücher.example' })).status).toBe(200)
    expect(await signUp({ email: 'X@xn--bcher-kva.example' })).toMatchObject({ code: 'CONFLICT' })
  })

  test('shows names as they were written, and compares them normalised', async () => {
    const { data } = await signUp({ username: '  Åsa.B_1-2 ', email: ' Åsa@Example.com ' })
    expect(data.signup.user).toMatchObject({ username: 'Åsa.B_1-2', email: 'Åsa@Example.com' })
    const wide = await signUp({ username: '\uFF27race' })
    expect(wide.data.signup.user.username).toBe('Grace')
    expect((await logIn({ username: 'A\u030Asa.b_1-2', password: PASSWORD })).status).toBe(200)
    expect((await logIn({ email: 'a\u030Asa@example.com', password: PASSWORD })).status).toBe(200)
  })

  test.each([
    ['username of two letters', { username: 'ab' }, 'username'],
    ['username of 65 letters', { username: 'a'.repeat(65) }, 'username'],
    ['empty username', { username: '' }, 'username'],
    ['username with a blank', { username: 'ada lovelace' }, 'username'],
    ['username with an @', { username: 'ada@example.com' }, 'username'],
    ['username with U+0000', { username: 'ada\u0000' }, 'username'],
    ['username with half a surrogate pair', { username: 'ada\ud800' }, 'username'],
    ['username with an invisible character', { username: 'a\u200bda' }, 'username'],
    ['email without @', { email: 'ada' }, 'email'],
    ['email with two @', { email: 'a@b@example.com' }, 'email'],
    ['email without a local part', { email: '@example.com' }, 'email'],
    ['email with a blank', { email: 'a da@example.com' }, 'email'],
    ['email with U+0000', { email: 'a\u0000@example.com' }, 'email'],
    ['email with no domain that can be', { email: 'ada@exa%mple.com' }, 'email'],
    ['email longer than any', { email: `ada@${'x.'.repeat(100)}example` }, 'email'],
    ['password of 7 bytes', { password: 'x4%Kp!q' }, 'password'],
    ['password of 1,025 bytes', { password: 'x'.repeat(1025) }, 'password'],
    ['password of 1,026 bytes in 513 characters', { password: 'é'.repeat(513) }, 'password'],
    ['common password', { password: 'password123' }, 'password'],
    ['common password in capitals', { password: 'PASSWORD123' }, 'password'],
    ['F18 password that is a sequence', { password: 'abcdefgh' }, 'password'],
    ['F18 password of blanks', { password: ' '.repeat(12) }, 'password'],
    [
      'F18 password that is the own address',
      { email: 'f18@example.com', password: 'F18@example.com' },
      'password',
    ],
    ['F12 password with half a surrogate pair', { password: 'x4%Kp!q7\ud800' }, 'password'],
    ['F12 password of halves alone', { password: '\ud800\ud800\ud800' }, 'password'],
    ['F12 username of marks alone', { username: '\u0301\u0301\u0301' }, 'username'],
    ['F12 email with a letter that is not seen', { email: 'ada\u3164@example.com' }, 'email'],
    ['F12 device with a letter that is not seen', { device: 'my\u2800phone' }, 'device'],
    ['device of 201 characters', { device: 'x'.repeat(201) }, 'device'],
    ['device of two lines', { device: 'my\nphone' }, 'device'],
    ['device with half a surrogate pair', { device: 'my\udc00phone' }, 'device'],
  ])('refuses a %s with BAD_USER_INPUT, naming the field', async (_what, input, field) => {
    const name = field === 'email' ? {} : { username: newName() }
    const { status, code, data, errors } = await signUp({ ...name, ...input })
    expect({ status, code, data }).toEqual({ status: 400, code: 'BAD_USER_INPUT', data: null })
    expect(errors[0]?.extensions).toMatchObject({ field, action: 'none' })
    expect(errors[0]?.message).toMatch(new RegExp(`^${field}: `))
  })

  test('refuses an account without any name', async () => {
    const { status, code } = await signUp({})
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' })
  })

  test.each([
    ['8 bytes', 'x4%Kp!q7'],
    ['8 bytes in 4 characters', 'ščřž'],
    ['1,024 bytes', 'xyzt'.repeat(256)],
    ['blanks at its ends', '  x4%Kp!q7  '],
    ['U+0000', 'x4%K\u0000p!q7'],
  ])('takes a password of %s, as it stands', async (_what, password) => {
    const username = newName()
    expect((await signUp({ username, password })).status).toBe(200)
    expect((await logIn({ username, password })).status).toBe(200)
    const cut = await logIn({ username, password: password.slice(0, -1) })
    expect(cut.code).toBe('INVALID_CREDENTIALS')
  })

  test('takes a password in either normal form as the same', async () => {
    const username = newName()
    expect((await signUp({ username, password: 'p\u00e4ssw\u00f6rter' })).status).toBe(200)
    expect((await logIn({ username, password: 'pa\u0308sswo\u0308rter' })).status).toBe(200)
  })

  test('keeps no password that could be read', async () => {
    const { userId } = await server.signUp()
    const row = await (await server.store()).findUser(userId)
    expect(row?.passwordHash).toMatch(/^\$argon2id\$/)
    expect(JSON.stringify(row)).not.toContain(PASSWORD)
  })

  test('makes one account of twenty sign-ups under one name at once', async () => {
    const username = newName()
    const answers = await Promise.all(Array.from({ length: 20 }, () => signUp({ username })))
    const codes = answers.map(({ code }) => code ?? 'ok').sort()
    expect(codes).toEqual([...Array(19).fill('CONFLICT'), 'ok'])
  })
})
