import { randomUUID } from 'node:crypto'
import {
  complain,
  enter,
  judge,
  type Lane,
  logIn,
  pause,
  refresh,
  send,
  settle,
  type Tokens,
} from './hang-client.js'
import { PASSWORD } from './killed-server.js'

/** A user of the server, busy until the lane is over. Each rejects for no failure of the server's. */
export type User = (lane: Lane) => Promise<void>

const newName = (kind: string) => `${kind}-${randomUUID()}`

/** Two tabs that share their tokens, follow the protocol, and so are never logged out. */
export const useTwoTabs: User = async (lane) => {
  const name = newName('tabs')
  const entered = await enter(lane, name)
  if (entered === null) return
  let shared = entered
  const revoked = new Set<string>()

  async function renew(): Promise<boolean> {
    let sent = shared.refreshToken
    const answer = await settle(() => {
      sent = shared.refreshToken
      return refresh(lane, sent)
    })
    if (answer.code !== undefined) {
      complain(lane, `${name}: logged out: refresh: ${answer.code} after ${answer.tries} tries`)
      return false
    }
    // The other tab may have gone on meanwhile.
    if (sent === shared.refreshToken) shared = answer.data.refresh
    return true
  }

  async function takeBackOld(): Promise<boolean> {
    const old = shared.accessToken
    if (!(await renew())) return false
    if (old === shared.accessToken || revoked.has(old)) return true
    revoked.add(old)
    const { code } = await settle(() =>
      send(lane, `mutation { revoke(jti: "${jtiOf(old)}") { jti } }`, shared.accessToken),
    )
    // The other tab may have taken back the token that this one used.
    if (code === undefined) lane.ended.push(old)
    else if (code !== 'TOKEN_REVOKED') complain(lane, `${name}: revoke: ${code}`)
    return true
  }

  async function look(): Promise<boolean> {
    const token = shared.accessToken
    const state = await judge(lane, token)
    if (state === 'ok' || revoked.has(token)) return true
    complain(lane, `${name}: logged out: me: ${state}`)
    return false
  }

  async function useTab(): Promise<void> {
    while (!lane.isOver) {
      const chance = Math.random()
      const goesOn = await (chance < 0.6 ? renew() : chance < 0.8 ? takeBackOld() : look())
      if (!goesOn) return
      await pause()
    }
  }

  await Promise.all([useTab(), useTab()])
  // Whether they still are, when all is over.
  if (await renew()) await look()
}

/** Changes the password again and again: what was answered with `UNAVAILABLE` happened wholly or not at all. */
export const changePasswords: User = async (lane) => {
  const name = newName('password')
  let tokens = await enter(lane, name)
  let password = PASSWORD
  for (let count = 1; tokens !== null && !lane.isOver; count++) {
    const next = `${PASSWORD} ${count}`
    const old: Tokens = tokens
    const change = `mutation { changePassword(currentPassword: "${password}", newPassword: "${next}") { accessToken refreshToken } }`
    const answer = await send(lane, change, old.accessToken)
    const [byNew, byOld] = [await logIn(lane, name, next), await logIn(lane, name, password)]
    const isChanged = byNew.code === undefined
    const oldToken = await judge(lane, old.accessToken)
    const seen = `answered ${answer.code ?? 'ok'}; new password ${byNew.code ?? 'ok'}, old ${byOld.code ?? 'ok'}, old token ${oldToken}`
    const holds = isChanged
      ? byOld.code === 'INVALID_CREDENTIALS' && oldToken === 'TOKEN_REVOKED'
      : byOld.code === undefined && oldToken === 'ok' && answer.code !== undefined
    if (!holds) complain(lane, `${name}: a change of password: ${seen}`)
    if (isChanged) {
      lane.ended.push(old.accessToken)
      password = next
    }
    tokens = (isChanged ? byNew : byOld).data?.login ?? null
    await pause()
  }
}

const ENDS = [
  'mutation { logout { ended } }',
  'mutation { revokeAllSessions }',
  (tokens: Tokens) => `mutation { revokeSession(id: "${claimsOf(tokens.accessToken).sid}") { id } }`,
]
const GONE: readonly (string | undefined)[] = [undefined, 'TOKEN_REVOKED', 'SESSION_ENDED']

/** Ends sessions: what was acknowledged is refused from then on, with its refresh token. */
export const endSessions: User = async (lane) => {
  const name = newName('ends')
  let tokens = await enter(lane, name)
  for (let count = 0; tokens !== null; count++) {
    const { accessToken, refreshToken } = tokens
    const end = ENDS[count % ENDS.length] ?? ''
    const query = typeof end === 'string' ? end : end(tokens)
    const { code } = await settle(() => send(lane, query, accessToken))
    if (!GONE.includes(code)) complain(lane, `${name}: ${query}: ${code}`)
    lane.ended.push(accessToken)
    const state = await judge(lane, accessToken)
    if (state !== 'TOKEN_REVOKED') complain(lane, `${name}: after ${query} the access token is ${state}`)
    const again = await settle(() => refresh(lane, refreshToken))
    if (again.code !== 'SESSION_ENDED') {
      complain(lane, `${name}: after ${query} a refresh is ${again.code ?? 'ok'}`)
    }
    if (lane.isOver) return
    const login = await logIn(lane, name)
    if (login.code !== undefined) complain(lane, `${name}: login: ${login.code}`)
    tokens = login.data?.login ?? null
    await pause()
  }
}

/** Signs up under one new name after another. */
export const signUpOften: User = async (lane) => {
  while (!lane.isOver) {
    const name = newName('new')
    const tokens = await enter(lane, name)
    const state = tokens === null ? null : await judge(lane, tokens.accessToken)
    if (state !== null && state !== 'ok') complain(lane, `${name}: just signed up, and me is ${state}`)
    await pause()
  }
}

/** Sets a user's roles, which ends the user's access tokens: a refresh has the new roles. */
export function setRolesAs(admin: { email: string; password: string }): User {
  return async (lane) => {
    const name = newName('roles')
    let target = await enter(lane, name)
    const input = `{ email: "${admin.email}", password: "${admin.password}" }`
    const login = await settle(() => send(lane, `mutation { login(input: ${input}) { accessToken } }`))
    if (login.code !== undefined) complain(lane, `the administrator: login: ${login.code}`)
    const token: string = login.data?.login.accessToken ?? ''
    for (let count = 0; target !== null && token !== '' && !lane.isOver; count++) {
      const { accessToken, refreshToken }: Tokens = target
      const set = `mutation { setRoles(userId: "${claimsOf(accessToken).sub}", roles: ["r${count}"]) { id } }`
      const { code } = await settle(() => send(lane, set, token))
      if (code !== undefined) complain(lane, `${name}: setRoles: ${code}`)
      const state = await judge(lane, accessToken)
      if (state !== 'TOKEN_EXPIRED') complain(lane, `${name}: after setRoles the access token is ${state}`)
      const next = await settle(() => refresh(lane, refreshToken))
      if (next.code !== undefined) complain(lane, `${name}: after setRoles a refresh is ${next.code}`)
      const roles = next.data?.refresh.user.roles.join() ?? ''
      if (roles !== `r${count}`) complain(lane, `${name}: after setRoles to r${count} the roles are ${roles}`)
      target = next.data?.refresh ?? null
      await pause()
    }
  }
}

function claimsOf(token: string): { jti: string; sid: string; sub: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function jtiOf(token: string): string {
  return claimsOf(token).jti
}
