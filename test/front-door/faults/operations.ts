import { SUCCESSOR_HEADER } from '../../../src/http/sliding.js'
import type { GraphQLAnswer, TestServer } from '../../support/server.js'
import { newName, PASSWORD } from '../../support/server.js'

/** A credential operation on somebody who was made for it. */
export interface Operation {
  /** The field, or the function of a host's own code. */
  readonly name: string
  /** What its retry may answer when it was done, and only its answer was lost. By default only what it answers first. */
  readonly onceDone?: readonly string[]
  prepare(maker: Maker): Promise<() => Promise<Outcome>>
}

/** What came of it, as its client sees it. */
export interface Outcome {
  readonly code: string | undefined
  /** The tokens that it answered; each must work. */
  readonly access?: string
  readonly refresh?: string
}

export interface Somebody {
  readonly id: string
  readonly name: string
  readonly access: string
  readonly refresh: string
  readonly sessionId: string
}

/** Makes people who have an account and a session, without a hash for each. */
export interface Maker {
  readonly server: TestServer
  make(roles?: readonly string[]): Promise<Somebody>
  /** The same with a fresh token, by their password. */
  makeFresh(roles?: readonly string[]): Promise<Somebody>
}

const OVER = ['TOKEN_REVOKED', 'SESSION_ENDED', 'USER_NOT_FOUND']

const input = (name: string) => `{ username: "${name}", password: "${PASSWORD}" }`

function outcome({ code, data }: GraphQLAnswer, field: string): Outcome {
  const pair = data?.[field]
  return { code, access: pair?.accessToken ?? undefined, refresh: pair?.refreshToken ?? undefined }
}

function giving(field: string, document: string, { server }: Maker, token?: string) {
  return async () => {
    const answer = await server.ask(`mutation { ${document} { accessToken refreshToken } }`, { token })
    return outcome(answer, field)
  }
}

function changing(document: string, { server }: Maker, token: string) {
  return async () => ({ code: (await server.ask(`mutation { ${document} }`, { token })).code })
}

const jtiOf = ({ server }: Maker, token: string) => server.sallyport.tokens.peek(token)?.unverifiedClaims.jti

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'signup',
    onceDone: ['CONFLICT'],
    prepare: async (maker) => giving('signup', `signup(input: ${input(newName())})`, maker),
  },
  {
    name: 'login',
    async prepare(maker) {
      const { name } = await maker.make()
      return giving('login', `login(input: ${input(name)})`, maker)
    },
  },
  {
    name: 'refresh',
    async prepare(maker) {
      const { refresh } = await maker.make()
      return giving('refresh', `refresh(refreshToken: "${refresh}")`, maker)
    },
  },
  {
    name: 'reauthenticate',
    async prepare(maker) {
      const { access } = await maker.make()
      return giving('reauthenticate', `reauthenticate(password: "${PASSWORD}")`, maker, access)
    },
  },
  {
    name: 'logout',
    async prepare(maker) {
      const { access } = await maker.make()
      return changing('logout { ended }', maker, access)
    },
  },
  {
    name: 'revoke',
    async prepare(maker) {
      const { access, refresh } = await maker.make()
      const other = (await maker.server.refresh(refresh)).data.refresh.accessToken
      return changing(`revoke(jti: "${jtiOf(maker, access)}") { jti }`, maker, other)
    },
  },
  {
    name: 'unrevoke',
    async prepare(maker) {
      const { access, refresh } = await maker.make()
      const other = (await maker.server.refresh(refresh)).data.refresh.accessToken
      const jti = jtiOf(maker, access)
      await maker.server.ask(`mutation { revoke(jti: "${jti}") { jti } }`, { token: other })
      return changing(`unrevoke(jti: "${jti}") { jti }`, maker, other)
    },
  },
  {
    name: 'revokeSession',
    onceDone: OVER,
    async prepare(maker) {
      const { access, sessionId } = await maker.make()
      return changing(`revokeSession(id: "${sessionId}") { id }`, maker, access)
    },
  },
  {
    name: 'revokeOtherSessions',
    async prepare(maker) {
      const { access, id } = await maker.make()
      await maker.server.sallyport.tokens.issueRefresh({ subject: id })
      return changing('revokeOtherSessions', maker, access)
    },
  },
  {
    name: 'revokeAllSessions',
    onceDone: OVER,
    async prepare(maker) {
      const { access, id } = await maker.make()
      await maker.server.sallyport.tokens.issueAccess({ subject: id })
      return changing('revokeAllSessions', maker, access)
    },
  },
  {
    name: 'changePassword',
    onceDone: [...OVER, 'INVALID_CREDENTIALS'],
    async prepare(maker) {
      const { access } = await maker.makeFresh()
      const change = `changePassword(currentPassword: "${PASSWORD}", newPassword: "another password")`
      return giving('changePassword', change, maker, access)
    },
  },
  {
    name: 'deleteAccount',
    onceDone: OVER,
    async prepare(maker) {
      const { access } = await maker.makeFresh()
      return changing('deleteAccount', maker, access)
    },
  },
  administering('setRoles', (id) => `setRoles(userId: "${id}", roles: ["editor"]) { id }`),
  administering('setUserDisabled', (id) => `setUserDisabled(userId: "${id}", disabled: true) { id }`),
  administering('revokeUserSessions', (id) => `revokeUserSessions(userId: "${id}")`),
  {
    name: 'an access token that slides',
    async prepare(maker) {
      const { server } = maker
      const { access } = await maker.make()
      server.clock.advance(450)
      return async () => {
        const { code, headers } = await server.ask('{ claims }', { token: access })
        const successor = headers.get(SUCCESSOR_HEADER)
        // The answer itself does not depend on it.
        return {
          code: code ?? (successor === null ? 'UNAVAILABLE' : undefined),
          access: successor ?? undefined,
        }
      }
    },
  },
  {
    name: 'a refresh token that is reused',
    onceDone: ['SESSION_ENDED'],
    async prepare(maker) {
      const { refresh } = await maker.make()
      await maker.server.refresh(refresh)
      maker.server.clock.advance(31)
      return async () => ({ code: (await maker.server.refresh(refresh)).code })
    },
  },
  {
    name: 'tokens.issueAccess',
    async prepare({ server, make }) {
      const { id } = await make()
      return byHost(async () => ({ access: await server.sallyport.tokens.issueAccess({ subject: id }) }))
    },
  },
  {
    name: 'tokens.issueRefresh',
    async prepare({ server, make }) {
      const { id } = await make()
      return byHost(async () => ({ refresh: await server.sallyport.tokens.issueRefresh({ subject: id }) }))
    },
  },
  {
    name: 'sessions.revokeAll',
    async prepare({ server, make }) {
      const { id } = await make()
      return byHost(async () => void (await server.sallyport.sessions.revokeAll(id)))
    },
  },
]

/** What an administrator does to somebody. */
function administering(name: string, document: (id: string) => string): Operation {
  return {
    name,
    async prepare(maker) {
      const { access } = await maker.makeFresh(['admin'])
      const { id } = await maker.make()
      return changing(document(id), maker, access)
    },
  }
}

/** The same of a promise that rejects as of an answer with an error. */
function byHost(run: () => Promise<Omit<Outcome, 'code'> | undefined>): () => Promise<Outcome> {
  return async () => {
    try {
      return { code: undefined, ...(await run()) }
    } catch (error) {
      const { name, code } = error as { name: string; code?: string }
      return { code: name === 'StoreUnavailable' ? 'UNAVAILABLE' : (code ?? name) }
    }
  }
}
