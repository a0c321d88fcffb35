import { afterAll, describe, expect, test } from 'vitest'
import { createFaultyGround } from '../support/faulty-store.js'
import { findBreaches } from '../support/invariants.js'
import { openReader } from '../support/read-database.js'
import { PASSWORD, startSharedServer } from '../support/server.js'
import { HEADER } from '../support/slide.js'
import { createMaker } from './faults/maker.js'
import type { Somebody } from './faults/operations.js'

/**
 * Whatever issues tokens reads and verifies first and commits then. Here, every time, what ends a user's sessions is
 * committed in between, on another instance.
 */
describe('what issues tokens, overtaken by what ends them', async () => {
  const ground = createFaultyGround()
  const here = await startSharedServer({ ground, sliding: true })
  const there = await startSharedServer({ databaseUrl: here.databaseUrl, clock: here.clock })
  const maker = await createMaker(here)
  const reader = await openReader(here.databaseUrl)
  afterAll(() => reader.close())

  const ask = async (token: string, mutation: string) => {
    const { code } = await there.ask(`mutation { ${mutation} }`, { token })
    expect(code).toBeUndefined()
  }
  const admin = () => here.signUpAdmin()

  const rivals: Record<string, (somebody: Somebody) => Promise<void>> = {
    changePassword: ({ access }) =>
      ask(
        access,
        `changePassword(currentPassword: "${PASSWORD}", newPassword: "another password") { tokenType }`,
      ),
    deleteAccount: ({ access }) => ask(access, 'deleteAccount'),
    revokeAllSessions: ({ access }) => ask(access, 'revokeAllSessions'),
    setUserDisabled: async ({ id }) =>
      ask((await admin()).accessToken, `setUserDisabled(userId: "${id}", disabled: true) { id }`),
    setRoles: async ({ id }) =>
      ask((await admin()).accessToken, `setRoles(userId: "${id}", roles: ["editor"]) { id }`),
    revokeUserSessions: async ({ id }) =>
      ask((await admin()).accessToken, `revokeUserSessions(userId: "${id}")`),
  }

  const issuers: Record<
    string,
    (somebody: Somebody) => Promise<{ code: string | undefined; access?: string }>
  > = {
    async login({ name }) {
      const input = `{ username: "${name}", password: "${PASSWORD}" }`
      const { code, data } = await here.ask(`mutation { login(input: ${input}) { accessToken } }`)
      return { code, access: data?.login.accessToken }
    },
    async refresh({ refresh }) {
      const { code, data } = await here.refresh(refresh)
      return { code, access: data?.refresh.accessToken }
    },
    async reauthenticate({ access }) {
      const { code } = await here.ask(
        `mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`,
        {
          token: access,
        },
      )
      return { code }
    },
    async sliding({ access }) {
      const { headers } = await here.ask('{ claims }', { token: access })
      return { code: headers.get(HEADER) === null ? 'none' : undefined }
    },
  }

  /** Who issues, who overtakes, what is answered, and how many sessions live afterwards. */
  const over = 'SESSION_ENDED'
  const wrong = 'INVALID_CREDENTIALS'
  test.each<[string, string, string | undefined, number]>([
    ['login', 'changePassword', wrong, 1],
    ['login', 'deleteAccount', wrong, 0],
    ['login', 'setUserDisabled', wrong, 0],
    // Verified once more, and so begun after the others were ended.
    ['login', 'revokeAllSessions', undefined, 1],
    ['login', 'revokeUserSessions', undefined, 1],
    ['login', 'setRoles', undefined, 2],
    ['refresh', 'changePassword', over, 1],
    ['refresh', 'deleteAccount', over, 0],
    ['refresh', 'setUserDisabled', over, 0],
    ['refresh', 'revokeAllSessions', over, 0],
    ['refresh', 'revokeUserSessions', over, 0],
    ['refresh', 'setRoles', undefined, 1],
    ['reauthenticate', 'changePassword', over, 1],
    ['reauthenticate', 'deleteAccount', over, 0],
    ['reauthenticate', 'setUserDisabled', over, 0],
    ['reauthenticate', 'revokeAllSessions', over, 0],
    ['reauthenticate', 'revokeUserSessions', over, 0],
    ['reauthenticate', 'setRoles', 'TOKEN_EXPIRED', 1],
    ['sliding', 'changePassword', 'none', 1],
    ['sliding', 'deleteAccount', 'none', 0],
    ['sliding', 'setUserDisabled', 'none', 0],
    ['sliding', 'revokeAllSessions', 'none', 0],
    ['sliding', 'revokeUserSessions', 'none', 0],
    ['sliding', 'setRoles', 'none', 1],
  ])('%s, overtaken by %s: %s, and %i live', async (issuer, rival, expected, live) => {
    const somebody = await maker.makeFresh()
    here.clock.advance(500)
    let answer: { code: string | undefined; access?: string } = { code: undefined }
    await ground.overtake(
      async () => {
        answer = (await issuers[issuer]?.(somebody)) ?? answer
      },
      async () => rivals[rival]?.(somebody),
    )
    expect(answer.code).toBe(expected)
    const database = await reader.read()
    expect(findBreaches(database)).toEqual([])
    const ofUser = database.sessions.filter(({ user_id }) => user_id === somebody.id)
    expect(ofUser.filter(({ revoked_at }) => revoked_at === null)).toHaveLength(live)
    if (answer.access === undefined) return
    // What was issued all the same is of after it, with the roles of after it.
    const { data } = await there.ask('{ claims }', { token: answer.access })
    expect(data.claims.roles).toEqual(rival === 'setRoles' ? ['editor'] : [])
  })
})
