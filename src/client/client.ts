import { systemClock } from '../base/clock.js'
import { createTimeout, unlessAborted } from './abort.js'
import { CHANGE_PASSWORD, LOGIN, LOGOUT, REAUTHENTICATE, REFRESH, SIGNUP } from './operations.js'
import { type ClientOptions, refuseUnknownOptions } from './options.js'
import { AuthClientError, isSessionOver, readData, readRefusal } from './response.js'
import { createSessionKeeper, type SessionState } from './session.js'
import type { Payload } from './tokens.js'

/** `logIn` needs either `username` or `email`. `signUp` needs at least one of them. */
export interface Credentials {
  username?: string
  email?: string
  password: string
  /** A label for the user's list of sessions. */
  device?: string
}

export interface AuthClient {
  /**
   * A `fetch` for any GraphQL client. It adds the access token and refreshes it before it expires. When the server asks
   * for a refresh, it refreshes, and repeats the request if nothing of it was executed. Requests under way share one
   * refresh. A request to another address, or with its own `authorization` header, is sent unchanged.
   * @example
   * const client = createClient({ url: '/graphql' })
   * const response = await client.fetch('/graphql', { method: 'POST', headers, body })
   */
  readonly fetch: typeof globalThis.fetch
  /**
   * Starts a session.
   * @throws {AuthClientError} when the server refuses; otherwise what `fetch` throws. The other methods throw the same.
   */
  logIn(credentials: Credentials): Promise<void>
  /** Creates an account and starts its first session. */
  signUp(credentials: Credentials): Promise<void>
  /** Confirms the password, so that fields with `@fresh` are open again. */
  reauthenticate(password: string): Promise<void>
  /** Changes the password. Every session of the user ends, and this client goes on in a new one. */
  changePassword(currentPassword: string, newPassword: string): Promise<void>
  /** Ends the session. Tokens in memory are dropped even if the request fails. Cookies are deleted by the response. */
  logOut(): Promise<void>
  /** Refreshes the tokens now. Resolves to false when the session is over. */
  refresh(): Promise<boolean>
  /** A valid access token, for example for a WebSocket. Null when no user is logged in, or the token is in a cookie. */
  accessToken(): Promise<string | null>
  /** The refresh token, for the platform's secret storage. Null when no user is logged in, or it is in a cookie. */
  refreshToken(): string | null
  /** Whether there is a session, as far as this client knows without a request. */
  isLoggedIn(): boolean
  /** Calls the listener at each change of tokens. The function that it returns ends that. */
  onChange(listener: () => void): () => void
}

/** The timeout of the client's own operations: the server may queue password hashes. */
const TIMEOUT_MS = 30_000
/** Shorter, because every request waits for a refresh, and a retry must come within the server's reuse window of 30 s. */
const REFRESH_TIMEOUT_MS = 10_000

/** Minimum delay between an early refresh that failed and the next one. */
const RETRY_DELAY_MS = 5_000

type Send = (request: Request) => Promise<Response>

/**
 * Creates a client for one session with a Sallyport server: it keeps the tokens and refreshes them.
 * @throws {TypeError} for an option that it does not have.
 * @example
 * const client = createClient({ url: 'https://api.example.com/graphql' })
 * await client.logIn({ username: 'ada', password })
 */
export function createClient(options: ClientOptions): AuthClient {
  refuseUnknownOptions(options)
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
  let retryAt = 0

  function include(request: Request): Request {
    return isByCookie ? new Request(request, { credentials: 'include' }) : request
  }

  function addCsrf(request: Request, { tokens }: SessionState): Request {
    if (isByCookie && tokens?.csrf != null) request.headers.set(csrfHeaderName, tokens.csrf)
    return include(request)
  }

  function addTokens(request: Request, sent: SessionState): Request {
    const token = sent.tokens?.accessToken
    if (token != null) request.headers.set('authorization', `Bearer ${token}`)
    return addCsrf(request, sent)
  }

  /** Runs one of the client's own operations. Redirects are refused: they would carry the password to another address. */
  async function run(
    query: string,
    variables: object,
    how: { by: Send; timeoutMs?: number },
  ): Promise<unknown> {
    const { signal, clear } = createTimeout(how.timeoutMs ?? TIMEOUT_MS)
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const body = JSON.stringify({ query, variables })
    try {
      const request = new Request(url, { method: 'POST', headers, body, redirect: 'error', signal })
      // Node ignores the signal once the response has begun.
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

  async function exchange(sent: SessionState): Promise<boolean> {
    const token = sent.tokens?.refreshToken ?? null
    if (sent.tokens === null || (!isByCookie && token === null)) return false
    const by: Send = (request) => send(addCsrf(request, sent))
    try {
      const payload = await run(REFRESH, { token }, { by, timeoutMs: REFRESH_TIMEOUT_MS })
      keeper.exchange(sent, payload as Payload)
      return keeper.find().tokens !== null
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
    const due = keeper.find().tokens
    if (due?.dueAt == null || clock.now() < due.dueAt) return
    // Without an access token there is nothing to send yet.
    if (due.accessToken === null && !isByCookie) {
      await refresh()
      return
    }
    if (clock.now() < retryAt) return
    await refresh().catch(() => {
      // The token may still be valid. If it is not, the server refuses it and the request waits for a refresh.
      retryAt = clock.now() + RETRY_DELAY_MS
    })
  }

  async function authFetch(resource: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (addressOf(resource) !== addressOf(url) || hasAuthorization(resource, init))
      return send(resource, init)
    const request = new Request(resource, init)
    const atCall = keeper.find()
    await unlessAborted(request.signal, refreshIfDue())
    const ready = keeper.find()
    // A user who logs in meanwhile does not send the previous user's request.
    const sent = keeper.isOfSession(atCall) ? ready : atCall
    const response = await send(addTokens(request.clone(), sent))
    const successor = response.headers.get('x-access-token')
    if (successor !== null) keeper.succeed(sent, successor)
    const refusal = await readRefusal(response)
    if (refusal !== null && isSessionOver(refusal)) keeper.forget(sent)
    if (refusal?.action !== 'refresh') return response
    // Another request may have refreshed while this one was under way.
    const renewal = keeper.find() === sent ? refresh().catch(() => false) : Promise.resolve(true)
    const isRenewed = await unlessAborted(request.signal, renewal)
    const next = keeper.find()
    const canRepeat = isRenewed && next.tokens !== null && keeper.isOfSession(sent)
    if (!canRepeat || !refusal.ranNothing) return response
    response.body?.cancel().catch(() => {})
    return send(addTokens(request, next))
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
      const token = sent.tokens?.refreshToken ?? null
      const loggedOut = run(LOGOUT, { token }, { by: (request) => send(addCsrf(request, sent)) })
      // Cookies are deleted by the response.
      if (!isByCookie) keeper.end(sent)
      await loggedOut
      keeper.end(sent)
    },
    async accessToken() {
      await refreshIfDue()
      return keeper.find().tokens?.accessToken ?? null
    },
    refreshToken: () => keeper.find().tokens?.refreshToken ?? null,
    isLoggedIn: () => keeper.find().tokens !== null,
    onChange: keeper.onChange,
  }
}

/** The URL without query and fragment. */
function addressOf(resource: RequestInfo | URL): string | undefined {
  const { url } = resource instanceof Request ? resource : new Request(resource)
  return url.split(/[?#]/, 1)[0]
}

function hasAuthorization(resource: RequestInfo | URL, init?: RequestInit): boolean {
  const headers = init?.headers ?? (resource instanceof Request ? resource.headers : undefined)
  return new Headers(headers).has('authorization')
}
