import { describe, expect, test } from 'vitest'
import { encode } from '../support/forge.js'
import { SECRET, startServer, startSharedServer, type TestServer } from '../support/server.js'
import { mustSlide } from '../support/slide.js'
import {
  ACTIVE,
  after,
  bearer,
  claims,
  ENDS,
  EXPIRED,
  exchange,
  INVALID,
  isEve,
  marked,
  must,
  named,
  OVER,
  REJECTED,
  REVOKED,
  type Row,
  remove,
  revoke,
  setRoles,
  signed,
  UNAVAILABLE,
  USUAL,
} from './token-states.js'

const ACCESS: Row[] = [
  { name: 'a login’s', make: after('accessToken', async () => {}), ...ACTIVE, fresh: true },
  {
    name: 'a refresh’s',
    make: async (server) => (await exchange(server, await server.signUp())).accessToken,
    ...ACTIVE,
  },
  { name: 'the one before a refresh', make: after('accessToken', exchange), ...ACTIVE, fresh: true },
  { name: 'expired', make: after('accessToken', async ({ clock }) => clock.advance(900)), ...EXPIRED },
  { name: 'revoked by its owner', make: after('accessToken', revoke('accessToken', 'owner')), ...REVOKED },
  {
    name: 'revoked by an administrator',
    make: after('accessToken', revoke('accessToken', 'admin')),
    ...REVOKED,
  },
  ...ENDS.map(([name, act]) => ({ name: `ended by ${name}`, make: after('accessToken', act), ...REVOKED })),
  { name: 'of an account that was deleted', make: after('accessToken', remove), ...REVOKED },
  {
    name: 'superseded by setRoles',
    make: after('accessToken', setRoles),
    state: 'SUPERSEDED',
    code: 'TOKEN_EXPIRED',
  },
  {
    name: 'refreshed after setRoles',
    make: async (server) => {
      const refreshToken = await after('refreshToken', setRoles)(server)
      return (await must(server.refresh(refreshToken))).data.refresh.accessToken
    },
    ...ACTIVE,
  },
  {
    name: 'of the host, of no session',
    make: ({ sallyport }) => sallyport.tokens.issueAccess({ subject: 'robot' }),
    ...ACTIVE,
  },
  {
    name: 'of the host, fresh for a minute that is past',
    make: async ({ sallyport, clock }) => {
      const token = await sallyport.tokens.issueAccess({ subject: 'robot', fresh: 60 })
      clock.advance(61)
      return token
    },
    ...ACTIVE,
  },
  { name: 'from elsewhere, of somebody unknown', make: signed(() => ({})), ...ACTIVE, nobody: true },
  {
    name: 'from elsewhere, fresh by auth_time',
    make: signed((now) => ({ auth_time: now })),
    ...ACTIVE,
    nobody: true,
    fresh: true,
  },
  { name: 'with another key', make: signed(() => ({}), `${SECRET}?`), ...INVALID },
  { name: 'of another audience', make: signed(() => ({ aud: 'others' })), ...INVALID },
  { name: 'of another issuer', make: signed(() => ({ iss: 'https://them.example' })), ...INVALID },
  { name: 'not yet valid', make: signed((now) => ({ nbf: now + 60 })), ...INVALID },
  { name: 'issued in the future', make: signed((now) => ({ iat: now + 60 })), ...INVALID },
  { name: 'without exp', make: signed(() => ({ exp: undefined })), ...INVALID },
  {
    name: 'alg none',
    make: async (server) => `${encode({ alg: 'none' })}.${encode(claims(server))}.`,
    ...INVALID,
  },
  { name: 'garbage', make: async () => 'garbage', ...INVALID },
  { name: 'that isRevoked calls revoked', options: { ...named, isRevoked: isEve }, make: marked, ...REVOKED },
  {
    name: 'about which isRevoked fails',
    options: { ...named, isRevoked: (said) => isEve(said) && JSON.parse('') },
    make: marked,
    ...UNAVAILABLE,
  },
  {
    name: 'that verifyClaims refuses',
    options: { ...named, verifyClaims: async (said) => !isEve(said) },
    make: marked,
    ...REJECTED,
  },
  {
    name: 'whose rights grants cannot read',
    options: { ...named, grants: (said) => (isEve(said) ? { roles: 'admin' } : {}) },
    make: marked,
    ...REJECTED,
  },
  {
    name: 'whose user loadUser does not find',
    options: { loadUser: () => null },
    make: after('accessToken', async () => {}),
    ...ACTIVE,
    nobody: true,
    fresh: true,
  },
  {
    name: 'a successor by sliding',
    options: { sliding: true, slidingThreshold: 0 },
    make: async (server) => {
      const { accessToken } = await server.signUp()
      server.clock.advance(1)
      return mustSlide(server, accessToken)
    },
    ...ACTIVE,
  },
  {
    name: 'revoked where access tokens are not looked up',
    options: { blocklistChecks: 'refresh' },
    make: after('accessToken', revoke('accessToken', 'owner')),
    ...ACTIVE,
    fresh: true,
  },
]

const REFRESH: Row[] = [
  { name: 'a login’s', make: after('refreshToken', async () => {}), ...ACTIVE },
  { name: 'exchanged a moment ago', make: after('refreshToken', exchange), state: 'ROTATED', code: null },
  {
    name: 'exchanged longer ago',
    make: after('refreshToken', async (server, login) => {
      await exchange(server, login)
      server.clock.advance(30)
    }),
    state: 'ROTATED',
    code: 'REFRESH_REUSED',
  },
  {
    name: 'exchanged, without a window',
    options: { refreshReuseWindow: 0 },
    make: after('refreshToken', exchange),
    state: 'ROTATED',
    code: 'REFRESH_REUSED',
  },
  {
    name: 'expired',
    make: after('refreshToken', async ({ clock }) => clock.advance(30 * 86_400)),
    state: 'EXPIRED',
    code: 'SESSION_ENDED',
  },
  { name: 'revoked by its owner', make: after('refreshToken', revoke('refreshToken', 'owner')), ...OVER },
  {
    name: 'revoked by an administrator',
    make: after('refreshToken', revoke('refreshToken', 'admin')),
    ...OVER,
  },
  ...ENDS.map(([name, act]) => ({ name: `ended by ${name}`, make: after('refreshToken', act), ...OVER })),
  { name: 'of an account that was deleted', make: after('refreshToken', remove), ...OVER },
  { name: 'after setRoles', make: after('refreshToken', setRoles), ...ACTIVE },
  {
    name: 'from elsewhere',
    make: signed(() => ({ type: 'refresh', jti: 'j', sid: 's' })),
    state: 'UNKNOWN',
    code: 'SESSION_ENDED',
  },
  { name: 'with another key', make: signed(() => ({ type: 'refresh' }), `${SECRET}?`), ...INVALID },
  {
    name: 'that isRevoked calls revoked',
    options: { isRevoked: ({ type }) => type === 'refresh' },
    make: after('refreshToken', async () => {}),
    ...OVER,
  },
  {
    name: 'that verifyClaims refuses, ended too',
    options: { verifyClaims: ({ type }) => type !== 'refresh' },
    make: after('refreshToken', bearer('mutation { logout { ended } }')),
    ...REJECTED,
  },
  {
    name: 'revoked where none is looked up',
    options: { blocklistChecks: 'none' },
    make: after('refreshToken', revoke('refreshToken', 'owner')),
    ...ACTIVE,
  },
  {
    name: 'of an ended session where none is looked up',
    options: { blocklistChecks: 'none' },
    make: after('refreshToken', bearer('mutation { logout { ended } }')),
    ...OVER,
  },
]

const INTROSPECT = `query ($token: String!) { introspect(token: $token) { active state code sub type fresh } }`

describe('introspect agrees with what the token meets', async () => {
  const usual = await startSharedServer(USUAL)

  async function introspect(server: TestServer, token: string) {
    const { accessToken: admin } = await server.signUpAdmin()
    return (await must(server.ask(INTROSPECT, { token: admin, variables: { token } }))).data.introspect
  }

  test.each(ACCESS)(
    'an access token $name: $state',
    async ({ options, make, state, code, nobody, fresh = false }) => {
      const server = options === undefined ? usual : await startServer({ ...USUAL, ...options })
      const token = await make(server)
      const said = await introspect(server, token)
      expect(said).toMatchObject({ active: code === null, state, code })
      expect(said.fresh ?? false).toBe(fresh)

      expect((await server.ask('{ claims }', { token })).code ?? null).toBe(code)
      expect(await server.judge(token)).toBe(code ?? (nobody ? 'USER_NOT_FOUND' : 'ok'))
      const { whoami } = (await must(server.ask('{ whoami { state subject code fresh } }', { token }))).data
      expect(whoami).toEqual({
        state: state === 'SUPERSEDED' ? 'EXPIRED' : state,
        code,
        fresh,
        subject: whoami.subject,
      })
      if (code !== 'CLAIMS_REJECTED') expect(whoami.subject).toBe(said.sub)
      expect((await server.sallyport.tokens.verify(token)).kind === 'valid').toBe(said.active)
    },
  )

  test.each(REFRESH)('a refresh token $name: $state', async ({ options, make, state, code }) => {
    const server = options === undefined ? usual : await startServer({ ...USUAL, ...options })
    const token = await make(server)
    expect(await introspect(server, token)).toMatchObject({ active: code === null, state, code })
    expect((await server.refresh(token)).code ?? null).toBe(code)
    expect(await server.judge(token)).toBe('TOKEN_INVALID')
  })
})
