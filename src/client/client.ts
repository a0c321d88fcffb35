import { type Clock, systemClock } from '../base/clock.js'
import { AuthClientError, type Refusal, readData, readRefusal } from './answer.js'
import type { Payload } from './holdings.js'
import { CHANGE_PASSWORD, LOGIN, LOGOUT, REAUTHENTICATE, REFRESH, SIGNUP } from './operations.js'
import { createSessionKeeper, type Held } from './session.js'
import { createTimeout, unlessAborted } from './waiting.js'

export interface ClientOptions {
  /** The GraphQL endpoint. In a page a path of its own origin will do. */
  url: string | URL
  /**
   * Where the tokens are: `body`, in memory here, and gone when the page is loaded again; `cookie`, in cookies that no script
   * can read, which all tabs share. @default 'body'
   */
  delivery?: 'body' | 'cookie'
  /** Of a session that was begun before, from where the platform keeps secrets. */
  refreshToken?: string | null
  /** The readable cookie that has the `csrf` value. @default 'csrf_access_token' */
  csrfCookieName?: string
  /** The header in which it is sent. @default 'x-csrf-token' */
  csrfHeaderName?: string
  /** What sends requests. @default globalThis.fetch */
  fetch?: typeof globalThis.fetch
  /** Where the time comes from; for tests. */
  clock?: Clock
}

/** Exactly one of `username` and `email`; at least one of them to sign up. */
export interface Credentials {
  username?: string
  email?: string
  password: string
  /** A label for the list of sessions. */
  device?: string
}

export interface AuthClient {
  /**
   * `fetch` for any GraphQL client: sends the token along, exchanges it before it expires, and where the server asks for a
   * refresh does that and sends the request again, if it was refused before anything ran. Whoever finds the token expired
   * waits for one refresh. A request to another address, or with an `authorization` of its own, goes out as it is.
   */
  readonly fetch: typeof globalThis.fetch
  /** Begins a session. Throws `AuthClientError`, or what `fetch` throws; so do the others. */
  logIn(credentials: Credentials): Promise<void>
  signUp(credentials: Credentials): Promise<void>
  /** Proves the password again, for what is `@fresh`. */
  reauthenticate(password: string): Promise<void>
  /** Ends all other sessions, and goes on in a new one. */
  changePassword(currentPassword: string, newPassword: string): Promise<void>
  /** Ends the session. Tokens in memory are forgotten whatever the server answers; cookies go with its answer. */
  logOut(): Promise<void>
  /** Exchanges the tokens now. False: the session is over. */
  refresh(): Promise<boolean>
  /** The access token, good for a while; for what is no request, as a WebSocket. Null: nobody is logged in, or it is in a cookie. */
  accessToken(): Promise<string | null>
  /** What to keep where the platform keeps secrets. Null: nobody is logged in, or it is in a cookie. */
  refreshToken(): string | null
  /** Whether there is a session, as far as is known here. */
  isLoggedIn(): boolean
  /** Called when tokens came, changed or went. The function that it answers ends that. */
  onChange(listener: () => void): () => void
}

/**
 * How long an operation of our own waits: a password takes its time. Everybody waits for a refresh, and one that is tried
 * again must come while the server still answers to the token that was exchanged: 30 seconds.
 */
const PATIENCE_MS = 30_000
const REFRESH_PATIENCE_MS = 10_000

/** So long none is exchanged before it expires, after that failed. */
const REST_MS = 5_000

type Send = (request: Request) => Promise<Response>

/** A session with a Sallyport server, for a page or a program: keeps its tokens, and keeps them good. */
export function createClient(options: ClientOptions): AuthClient {
  const { url, delivery = 'body', refreshToken = null, clock = systemClock } = options
  const { csrfCookieName = 'csrf_access_token', csrfHeaderName = 'x-csrf-token' } = options
  const send = options.fetch ?? ((request, init) => globalThis.fetch(request, init))
  const isByCookie = delivery === 'cookie'
  const keeper = createSessionKeeper({
    csrfCookieName: isByCookie ? csrfCookieName : null,
    refreshToken,
    clock,
  })
  let refreshing: { readonly session: number; readonly done: Promise<boolean> } | null = null
  let restsUntil = 0

  function include(request: Request): Request {
    return isByCookie ? new Request(request, { credentials: 'include' }) : request
  }

  function prove(request: Request, { holdings }: Held): Request {
    if (isByCookie && holdings?.csrf != null) request.headers.set(csrfHeaderName, holdings.csrf)
    return include(request)
  }

  function attach(request: Request, sent: Held): Request {
    const token = sent.holdings?.accessToken
    if (token != null) request.headers.set('authorization', `Bearer ${token}`)
    return prove(request, sent)
  }

  /** An operation of our own. No other address is told a password or a refresh token. */
  async function run(
    query: string,
    variables: object,
    how: { by: Send; patienceMs?: number },
  ): Promise<unknown> {
    const { signal, clear } = createTimeout(how.patienceMs ?? PATIENCE_MS)
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const body = JSON.stringify({ query, variables })
    try {
      const request = new Request(url, { method: 'POST', headers, body, redirect: 'error', signal })
      // Node forgets the signal of a request whose answer has begun.
      return (await unlessAborted(signal, how.by(request).then(readData))).payload
    } finally {
      clear()
    }
  }

  async function begin(mutation: string, credentials: Credentials): Promise<void> {
    const input = { ...credentials, delivery: isByCookie ? 'COOKIE' : 'BODY' }
    const payload = await run(mutation, { input }, { by: (request) => send(include(request)) })
    keeper.begin(payload as Payload)
  }

  async function renew(mutation: string, variables: object): Promise<void> {
    const sent = keeper.find()
    const payload = await run(mutation, variables, { by: authFetch })
    keeper.renew(sent, payload as Payload)
  }

  async function exchange(sent: Held): Promise<boolean> {
    const token = sent.holdings?.refreshToken ?? null
    if (sent.holdings === null || (!isByCookie && token === null)) return false
    const by: Send = (request) => send(prove(request, sent))
    try {
      const payload = await run(REFRESH, { token }, { by, patienceMs: REFRESH_PATIENCE_MS })
      keeper.exchange(sent, payload as Payload)
      return keeper.find().holdings !== null
    } catch (error) {
      if (!(error instanceof AuthClientError) || error.action !== 'login') throw error
      keeper.forget(sent)
      return false
    }
  }

  function refresh(): Promise<boolean> {
    const sent = keeper.find()
    if (refreshing?.session === sent.session) return refreshing.done
    const begun = {
      session: sent.session,
      done: exchange(sent).finally(() => {
        if (refreshing === begun) refreshing = null
      }),
    }
    refreshing = begun
    return begun.done
  }

  async function refreshIfDue(): Promise<void> {
    const due = keeper.find().holdings
    if (due?.dueAt == null || clock.now() < due.dueAt) return
    // There is nothing to send yet.
    if (due.accessToken === null && !isByCookie) {
      await refresh()
      return
    }
    if (clock.now() < restsUntil) return
    await refresh().catch(() => {
      // The token may still do; if not, the server says so.
      restsUntil = clock.now() + REST_MS
    })
  }

  async function authFetch(resource: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (addressOf(resource) !== addressOf(url) || hasAuthorization(resource, init))
      return send(resource, init)
    const request = new Request(resource, init)
    const asked = keeper.find()
    await unlessAborted(request.signal, refreshIfDue())
    const ready = keeper.find()
    // Who logs in meanwhile does not do what somebody else asked for.
    const sent = keeper.isOfSession(asked) ? ready : asked
    const response = await send(attach(request.clone(), sent))
    const successor = response.headers.get('x-access-token')
    if (successor !== null) keeper.succeed(sent, successor)
    const refusal = await readRefusal(response)
    if (refusal !== null && saysOver(refusal)) keeper.forget(sent)
    if (refusal?.action !== 'refresh') return response
    // Another may have refreshed while this one was under way.
    const renewal = keeper.find() === sent ? refresh().catch(() => false) : Promise.resolve(true)
    const isRenewed = await unlessAborted(request.signal, renewal)
    const next = keeper.find()
    const canGoOn = isRenewed && next.holdings !== null && keeper.isOfSession(sent)
    if (!canGoOn || !refusal.ranNothing) return response
    response.body?.cancel().catch(() => {})
    return send(attach(request, next))
  }

  return {
    fetch: authFetch,
    refresh,
    logIn: (credentials) => begin(LOGIN, credentials),
    signUp: (credentials) => begin(SIGNUP, credentials),
    reauthenticate: (password) => renew(REAUTHENTICATE, { password }),
    changePassword: (current, next) => renew(CHANGE_PASSWORD, { current, next }),
    async logOut() {
      const sent = keeper.find()
      const token = sent.holdings?.refreshToken ?? null
      const answer = run(LOGOUT, { token }, { by: (request) => send(prove(request, sent)) })
      // Cookies go with the answer.
      if (!isByCookie) keeper.end(sent)
      await answer
      keeper.end(sent)
    },
    async accessToken() {
      await refreshIfDue()
      return keeper.find().holdings?.accessToken ?? null
    },
    refreshToken: () => keeper.find().holdings?.refreshToken ?? null,
    isLoggedIn: () => keeper.find().holdings !== null,
    onChange: keeper.onChange,
  }
}

/** Where a request goes, whatever it asks. */
function addressOf(resource: RequestInfo | URL): string | undefined {
  const { url } = resource instanceof Request ? resource : new Request(resource)
  return url.split(/[?#]/, 1)[0]
}

function hasAuthorization(resource: RequestInfo | URL, init?: RequestInit): boolean {
  const headers = init?.headers ?? (resource instanceof Request ? resource.headers : undefined)
  return new Headers(headers).has('authorization')
}

/** That what was presented is no good any more, and not that a password was wrong. */
function saysOver({ action, code }: Refusal): boolean {
  return action === 'login' && code !== 'INVALID_CREDENTIALS'
}
