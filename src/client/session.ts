import type { Clock } from '../base/clock.js'
import { type ClientTokens, type Payload, tokensInCookies, tokensOf, tokensToResume } from './tokens.js'

/** The session at one moment. Compared by identity: any change of tokens makes a new state. */
export interface SessionState {
  /** Incremented on login and logout. Responses and retries from an earlier session are ignored. */
  readonly session: number
  /** Null when no user is logged in, or the server says that the session is over. */
  readonly tokens: ClientTokens | null
}

/** Keeps the tokens of a session and notifies listeners. A late response changes nothing of a later session. */
export interface SessionKeeper {
  /** The current state. Cookies are read again at each call, because another tab may have logged in or out. */
  find(): SessionState
  isOfSession(sent: SessionState): boolean
  /** After a login: starts a session. */
  begin(payload: Payload): void
  /** After a logout: ends the session. */
  end(sent: SessionState): void
  /** Drops tokens that the server calls over, unless they changed since they were sent. */
  forget(sent: SessionState): void
  /** After a confirmed or changed password: takes the response's tokens into the same session. */
  renew(sent: SessionState, payload: Payload): void
  /** After a refresh: takes the new pair into the same session. */
  exchange(sent: SessionState, payload: Payload): void
  /** Takes an access token that a response's header gave in place of the one sent. */
  succeed(sent: SessionState, accessToken: string): void
  /** Calls the listener at each change of tokens. The function that it returns ends that. */
  onChange(listener: () => void): () => void
}

export function createSessionKeeper(options: {
  /** The readable cookie that has the `csrf` value. Null when tokens are kept in memory. */
  csrfCookieName: string | null
  refreshToken: string | null
  clock: Clock
}): SessionKeeper {
  const { csrfCookieName, refreshToken, clock } = options
  const listeners = new Set<() => void>()
  let state: SessionState = {
    session: 0,
    tokens: refreshToken === null ? null : tokensToResume(refreshToken),
  }
  /** Once the cookie was readable, its absence means a logout. Before, it may be out of the script's reach. */
  let canReadCookies = false
  /** The `csrf` value of a session that is over for the server, while the browser still has its cookie. */
  let endedCsrf: string | null = null

  function setState(next: SessionState): void {
    const isChanged = next.tokens !== state.tokens
    state = next
    if (!isChanged) return
    for (const listener of [...listeners]) notify(listener)
  }

  function replaceTokens(tokens: ClientTokens | null): void {
    setState({ session: state.session, tokens })
  }

  function changeSession(tokens: ClientTokens | null): void {
    setState({ session: state.session + 1, tokens })
  }

  function isOfSession({ session }: SessionState): boolean {
    return state.session === session
  }

  function find(): SessionState {
    if (csrfCookieName === null) return state
    const cookie = readCookie(csrfCookieName)
    canReadCookies ||= cookie !== null
    const csrf = cookie === endedCsrf ? null : cookie
    if (csrf !== null && csrf !== state.tokens?.csrf) changeSession(tokensInCookies(csrf))
    if (csrf === null && canReadCookies && state.tokens !== null) changeSession(null)
    return state
  }

  return {
    find,
    isOfSession,
    begin(payload) {
      const tokens = tokensOf(payload, null, clock)
      endedCsrf = null
      // The cookie may have been read before the response: then listeners were notified already.
      const isKnown = csrfCookieName !== null && find().tokens?.csrf === tokens.csrf
      if (isKnown) state = { ...state, tokens }
      else changeSession(tokens)
    },
    end(sent) {
      if (isOfSession(sent)) changeSession(null)
    },
    forget(sent) {
      // By now the cookies may belong to another session, or the refusal deleted them.
      if (find() !== sent || sent.tokens === null) return
      endedCsrf = sent.tokens.csrf
      replaceTokens(null)
    },
    renew(sent, payload) {
      if (!isOfSession(sent)) return
      endedCsrf = null
      const isWhole = payload.refreshToken != null || payload.csrfToken != null
      // An access token alone does not revive a session that is over.
      if (state.tokens !== null || isWhole) replaceTokens(tokensOf(payload, state.tokens, clock))
    },
    exchange(sent, payload) {
      if (!isOfSession(sent)) return
      endedCsrf = null
      const next = tokensOf(payload, sent.tokens, clock)
      if (state === sent || state.tokens === null) return replaceTokens(next)
      // A changed password gave another pair meanwhile, and ended the session of this one.
      if (state.tokens.refreshToken !== sent.tokens?.refreshToken) return
      // The access token that came meanwhile may be fresh. The refresh token that was sent is spent.
      replaceTokens({ ...state.tokens, refreshToken: next.refreshToken })
    },
    succeed(sent, accessToken) {
      if (state === sent && sent.tokens !== null) replaceTokens(tokensOf({ accessToken }, sent.tokens, clock))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Reports what a listener throws, so that it stops neither the other listeners nor the request. */
function notify(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    const { reportError } = globalThis as { readonly reportError?: (error: unknown) => void }
    const throwLater = () => {
      setTimeout(() => {
        throw error
      })
    }
    const report = reportError ?? throwLater
    report(error)
  }
}

function readCookie(name: string): string | null {
  const { document } = globalThis as { readonly document?: { readonly cookie: string } }
  const pairs = document?.cookie.split('; ') ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || null
}
