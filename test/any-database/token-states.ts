import { actions } from '../support/administration.js'
import { forge, hmac } from '../support/forge.js'
import { type Login, PASSWORD, SECRET, type TestServer, type TestServerOptions } from '../support/server.js'
import { claimsOf } from '../support/slide.js'

/** How a token comes to be in a state; on a server of its own where there are options. */
export interface Row {
  readonly name: string
  readonly make: (server: TestServer) => Promise<string>
  readonly state: string
  readonly code: string | null
  readonly fresh?: boolean
  /** Nobody is there whom the token names. */
  readonly nobody?: true
  readonly options?: TestServerOptions
}

export const ACTIVE = { state: 'ACTIVE', code: null }
export const REVOKED = { state: 'REVOKED', code: 'TOKEN_REVOKED' }
export const EXPIRED = { state: 'EXPIRED', code: 'TOKEN_EXPIRED' }
export const INVALID = { state: 'INVALID', code: 'TOKEN_INVALID' }
export const REJECTED = { state: 'INVALID', code: 'CLAIMS_REJECTED' }
export const UNAVAILABLE = { state: 'UNAVAILABLE', code: 'UNAVAILABLE' }
export const OVER = { state: 'REVOKED', code: 'SESSION_ENDED' }

const ISSUER = 'https://us.example'
export const USUAL = { issuer: ISSUER, audience: 'api' }
export const HS256 = { alg: 'HS256', typ: 'JWT' }

const EVE = 'eve'

/** What the row's token has that the administrator's, on the same server, has not. */
export const isEve = ({ username }: Readonly<Record<string, unknown>>) => username === EVE
export const named = { claims: ({ username }: { username?: string | null }) => ({ username }) }
export const marked = async (server: TestServer) => (await server.signUp(EVE)).accessToken

export const claims = (server: TestServer, changes: object = {}) => {
  const now = server.clock.seconds()
  return { sub: 'eve', iss: ISSUER, aud: 'api', iat: now, exp: now + 600, ...changes }
}
export const signed =
  (changes: (now: number) => object, secret = SECRET) =>
  async (server: TestServer) =>
    forge(HS256, claims(server, changes(server.clock.seconds())), hmac('sha256', secret))

/** A new user's token, after somebody did something. */
export const after =
  (
    kind: 'accessToken' | 'refreshToken',
    act: (server: TestServer, login: Login, admin: string) => Promise<unknown>,
  ) =>
  async (server: TestServer) => {
    const login = await server.signUp()
    const { accessToken: admin } = await server.signUpAdmin()
    await act(server, login, admin)
    return login[kind]
  }

/** The bearer does it, or another session of theirs. */
export const bearer =
  (operation: string) =>
  (server: TestServer, { accessToken: token }: Login) =>
    must(server.ask(operation, { token }))
const sibling =
  (operation: string) =>
  async (server: TestServer, { username, sessionId: id }: Login) => {
    const { accessToken: token } = await server.logIn(username)
    await must(server.ask(operation, { token, variables: { id } }))
  }
export const revoke =
  (kind: 'accessToken' | 'refreshToken', by: 'owner' | 'admin') =>
  async (server: TestServer, login: Login, admin: string) => {
    const variables = { jti: claimsOf(server, login[kind]).jti }
    const { accessToken: owner } = await server.logIn(login.username)
    const token = by === 'owner' ? owner : admin
    await must(server.ask('mutation ($jti: ID!) { revoke(jti: $jti) { jti } }', { token, variables }))
  }
export async function must(asked: ReturnType<TestServer['ask']>) {
  const answer = await asked
  if (answer.code !== undefined) throw new Error(JSON.stringify(answer.body))
  return answer
}
export const exchange = async (server: TestServer, { refreshToken }: Login) =>
  (await must(server.refresh(refreshToken))).data.refresh
const changePassword = `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another horse battery") { accessToken } }`

/** What ends a session, and how. */
export const ENDS: [string, (server: TestServer, login: Login, admin: string) => Promise<unknown>][] = [
  ['logout', bearer('mutation { logout { ended } }')],
  ['revokeSession', sibling('mutation ($id: ID!) { revokeSession(id: $id) { id } }')],
  ['revokeOtherSessions', sibling('mutation { revokeOtherSessions }')],
  ['revokeAllSessions', sibling('mutation { revokeAllSessions }')],
  ['revokeUserSessions', (server, { userId }, admin) => must(actions(server).revokeSessions(admin, userId))],
  ['a change of the password', sibling(changePassword)],
  ['disabling the user', (server, { userId }, admin) => must(actions(server).setDisabled(admin, userId))],
  [
    'a refresh token used again',
    async (server, login) => {
      await exchange(server, login)
      server.clock.advance(31)
      await server.refresh(login.refreshToken)
    },
  ],
]
export const setRoles = (server: TestServer, { userId }: Login, admin: string) =>
  must(actions(server).setRoles(admin, userId, ['editor']))
export const remove = bearer('mutation { deleteAccount }')
