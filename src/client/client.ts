import { type Clock, systemClock } from '../base/clock.js'
import { AuthClientError, type Refusal, readData, readRefusal } from './answer.js'
import { type Holdings, holdingsOf, inCookies, type Payload, resumed } from './holdings.js'

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

const PAYLOAD = '{ accessToken refreshToken accessTokenExpiresAt csrfToken }'
const LOGIN = `mutation ($input: LoginInput!) { payload: login(input: $input) ${PAYLOAD} }`
const SIGNUP = `mutation ($input: SignupInput!) { payload: signup(input: $input) ${PAYLOAD} }`
const REFRESH = `mutation ($token: String) { payload: refresh(refreshToken: $token) ${PAYLOAD} }`
const REAUTHENTICATE = `mutation ($password: String!) { payload: reauthenticate(password: $password) ${PAYLOAD} }`
const CHANGE_PASSWORD = `mutation ($current: String!, $next: String!) {
  payload: changePassword(currentPassword: $current, newPassword: $next) ${PAYLOAD}
}`
const LOGOUT = 'mutation ($token: String) { logout(refreshToken: $token) { ended } }'

/** How long an operation of our own waits: everybody waits for a refresh. */
const PATIENCE_MS = 30_000

/** A session with a Sallyport server, for a page or a program: keeps its tokens, and keeps them good. */
export function createClient(options: ClientOptions): AuthClient {
  const { url, delivery = 'body', clock = systemClock } = options
  const { csrfCookieName = 'csrf_access_token', csrfHeaderName = 'x-csrf-token' } = options
  const send = options.fetch ?? ((request, init) => globalThis.fetch(request, init))
  const isByCookie = delivery === 'cookie'
  const listeners = new Set<() => void>()
  let held = options.refreshToken == null ? null : resumed(options.refreshToken)
  let refreshing: Promise<boolean> | null = null
  /** A cookie that could be read and is not there any more was taken back. */
  let canReadCookies = false

  function hold(next: Holdings | null): void {
    if (next === held) return
    held = next
    for (const listener of listeners) listener()
  }

  /** What is held; of cookies what they are now, since another tab may have logged in or out. */
  function find(): Holdings | null {
    const csrf = isByCookie ? readCookie(csrfCookieName) : null
    if (csrf !== null && csrf !== held?.csrf) hold(inCookies(csrf))
    if (csrf === null && canReadCookies) hold(null)
    canReadCookies ||= csrf !== null
    return held
  }

  function include(request: Request): Request {
    return isByCookie ? new Request(request, { credentials: 'include' }) : request
  }

  function prove(request: Request): Request {
    const csrf = isByCookie ? find()?.csrf : null
    if (csrf != null) request.headers.set(csrfHeaderName, csrf)
    return include(request)
  }

  function attach(request: Request): Request {
    if (held?.accessToken != null) request.headers.set('authorization', `Bearer ${held.accessToken}`)
    return prove(request)
  }

  function requestOf(query: string, variables: object): Request {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const body = JSON.stringify({ query, variables })
    return new Request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) })
  }

  async function begin(mutation: string, credentials: Credentials): Promise<void> {
    const input = { ...credentials, delivery: isByCookie ? 'COOKIE' : 'BODY' }
    const { payload } = await readData(await send(include(requestOf(mutation, { input }))))
    hold(holdingsOf(payload as Payload, null, clock))
  }

  async function renew(mutation: string, variables: object): Promise<void> {
    const { payload } = await readData(await authFetch(requestOf(mutation, variables)))
    // Not of who logged out meanwhile.
    if (held !== null) hold(holdingsOf(payload as Payload, held, clock))
  }

  async function exchange(): Promise<boolean> {
    const sent = find()
    if (sent === null || (!isByCookie && sent.refreshToken === null)) return false
    try {
      const answer = await send(prove(requestOf(REFRESH, { token: sent.refreshToken })))
      const { payload } = await readData(answer)
      // Somebody may have logged in or out meanwhile.
      if (held === sent) hold(holdingsOf(payload as Payload, sent, clock))
      return held !== null
    } catch (error) {
      if (!(error instanceof AuthClientError) || error.action !== 'login') throw error
      if (held === sent) hold(null)
      return false
    }
  }

  function refresh(): Promise<boolean> {
    refreshing ??= exchange().finally(() => {
      refreshing = null
    })
    return refreshing
  }

  async function refreshIfDue(): Promise<void> {
    const due = find()
    if (due?.dueAt == null || clock.now() < due.dueAt) return
    await refresh().catch((error: unknown) => {
      // The token may still do; if not, the server says so.
      if (due.accessToken === null && !isByCookie) throw error
    })
  }

  async function authFetch(resource: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(resource, init)
    if (addressOf(request) !== addressOf(new Request(url)) || request.headers.has('authorization'))
      return send(request)
    await refreshIfDue()
    const sent = find()
    const response = await send(attach(request.clone()))
    const successor = response.headers.get('x-access-token')
    if (successor !== null && sent !== null && held === sent) {
      hold(holdingsOf({ accessToken: successor }, sent, clock))
      return response
    }
    const refusal = await readRefusal(response)
    if (refusal !== null && saysOver(refusal) && held === sent) hold(null)
    if (refusal?.action !== 'refresh') return response
    // Another may have refreshed while this one was under way.
    const isRenewed = held === sent ? await refresh().catch(() => false) : held !== null
    if (!isRenewed || !refusal.ranNothing) return response
    response.body?.cancel().catch(() => {})
    return send(attach(request))
  }

  return {
    fetch: authFetch,
    refresh,
    logIn: (credentials) => begin(LOGIN, credentials),
    signUp: (credentials) => begin(SIGNUP, credentials),
    reauthenticate: (password) => renew(REAUTHENTICATE, { password }),
    changePassword: (current, next) => renew(CHANGE_PASSWORD, { current, next }),
    async logOut() {
      const answer = send(prove(requestOf(LOGOUT, { token: find()?.refreshToken ?? null })))
      // Cookies go with the answer.
      if (!isByCookie) hold(null)
      await readData(await answer)
      hold(null)
    },
    async accessToken() {
      await refreshIfDue()
      return held?.accessToken ?? null
    },
    refreshToken: () => held?.refreshToken ?? null,
    isLoggedIn: () => find() !== null,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Where a request goes, whatever it asks. */
function addressOf({ url }: Request): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** That what was presented is no good any more, and not that a password was wrong. */
function saysOver({ action, code }: Refusal): boolean {
  return action === 'login' && code !== 'INVALID_CREDENTIALS'
}

function readCookie(name: string): string | null {
  const { document } = globalThis as { readonly document?: { readonly cookie: string } }
  const pairs = document?.cookie.split('; ') ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || null
}
