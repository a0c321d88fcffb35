import { expect } from 'vitest'
import { PASSWORD, type TestServer } from './server.js'

/** Attempts from several addresses: the test is a proxy, and says where each comes from. */
export const PROXY = { trustedProxies: '127.0.0.1' }
export const OWNER = '198.51.100.7'
export const STRANGER = '203.0.113.9'

const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }'

/** Tries to log in from an address; with the right password unless told otherwise. */
export const logIn = (server: TestServer, names: object, from: string, password = PASSWORD) =>
  server.ask(LOGIN, {
    variables: { input: { ...names, password } },
    headers: { 'x-forwarded-for': from },
  })

/** The codes of so many wrong passwords, one after the other. */
export async function guess(
  server: TestServer,
  names: object,
  from: string,
  count: number,
): Promise<unknown[]> {
  const codes = []
  for (let at = 0; at < count; at++) codes.push((await logIn(server, names, from, `wrong ${at}`)).code)
  return codes
}

export const times = (count: number, code: string) => Array.from({ length: count }, () => code)
export const WRONG = 'INVALID_CREDENTIALS'

/** Signs somebody up from an address; their access token. */
export async function signUpFrom(server: TestServer, from: string, names: object): Promise<string> {
  const answer = await server.ask(
    'mutation ($input: SignupInput!) { signup(input: $input) { accessToken } }',
    { variables: { input: { ...names, password: PASSWORD } }, headers: { 'x-forwarded-for': from } },
  )
  expect(answer.status).toBe(200)
  return answer.data.signup.accessToken
}
