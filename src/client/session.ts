import type { Clock } from '../base/clock.js'
import { type Holdings, holdingsOf, inCookies, type Payload, resumed } from './holdings.js'

/** What is held at a moment. Compared by identity: another is another pair, or another session. */
export interface Held {
  /** Rises as somebody logs in or out: what was sent in one session is neither answered nor sent again in another. */
  readonly session: number
  /** Null: nobody is logged in, or the server says that the session is over. */
  readonly holdings: Holdings | null
}

/** Keeps what a client holds of its session, and tells of it. What is answered late changes nothing of another session. */
export interface SessionKeeper {
  /** What is held; of cookies what they are now, since another tab may have logged in or out. */
  find(): Held
  isOfSession(sent: Held): boolean
  /** Somebody logged in. */
  begin(payload: Payload): void
  /** Somebody logged out. */
  end(sent: Held): void
  /** What was sent is no good any more, says the server. A new pair of the same session may be under way. */
  forget(sent: Held): void
  /** An answer to a password, of the same session. */
  renew(sent: Held, payload: Payload): void
  /** An answer to the refresh token. */
  exchange(sent: Held, payload: Payload): void
  /** An access token that came in place of the one that was sent. */
  succeed(sent: Held, accessToken: string): void
  /** Called when tokens came, changed or went. The function that it answers ends that. */
  onChange(listener: () => void): () => void
}

export function createSessionKeeper(options: {
  /** The readable cookie that has the `csrf` value; null: tokens are kept here. */
  csrfCookieName: string | null
  refreshToken: string | null
  clock: Clock
}): SessionKeeper {
  const { csrfCookieName, refreshToken, clock } = options
  const listeners = new Set<() => void>()
  let held: Held = { session: 0, holdings: refreshToken === null ? null : resumed(refreshToken) }
  /** A cookie that could be read and is not there any more was taken back. */
  let canReadCookies = false
  /** The `csrf` value of a session that the server calls over, whose cookie is still there. */
  let endedCsrf: string | null = null

  function hold(next: Held): void {
    const isNews = next.holdings !== held.holdings
    held = next
    if (!isNews) return
    for (const listener of [...listeners]) call(listener)
  }

  /** Of the same session. */
  function replace(holdings: Holdings | null): void {
    hold({ session: held.session, holdings })
  }

  function change(holdings: Holdings | null): void {
    hold({ session: held.session + 1, holdings })
  }

  function isOfSession({ session }: Held): boolean {
    return held.session === session
  }

  function find(): Held {
    if (csrfCookieName === null) return held
    const cookie = readCookie(csrfCookieName)
    canReadCookies ||= cookie !== null
    const csrf = cookie === endedCsrf ? null : cookie
    if (csrf !== null && csrf !== held.holdings?.csrf) change(inCookies(csrf))
    if (csrf === null && canReadCookies && held.holdings !== null) change(null)
    return held
  }

  return {
    find,
    isOfSession,
    begin(payload) {
      const holdings = holdingsOf(payload, null, clock)
      endedCsrf = null
      // Its cookie may have been read before its answer: then listeners know already.
      const isKnown = csrfCookieName !== null && find().holdings?.csrf === holdings.csrf
      if (isKnown) held = { ...held, holdings }
      else change(holdings)
    },
    end(sent) {
      if (isOfSession(sent)) change(null)
    },
    forget(sent) {
      // The cookies may be those of another session by now, or gone with the refusal.
      if (find() !== sent || sent.holdings === null) return
      endedCsrf = sent.holdings.csrf
      replace(null)
    },
    renew(sent, payload) {
      if (!isOfSession(sent)) return
      endedCsrf = null
      const isWhole = payload.refreshToken != null || payload.csrfToken != null
      // An access token alone does not bring a session back that is over.
      if (held.holdings !== null || isWhole) replace(holdingsOf(payload, held.holdings, clock))
    },
    exchange(sent, payload) {
      if (!isOfSession(sent)) return
      endedCsrf = null
      const next = holdingsOf(payload, sent.holdings, clock)
      if (held === sent || held.holdings === null) return replace(next)
      // A new password gave another pair, and ended the session that this one is of.
      if (held.holdings.refreshToken !== sent.holdings?.refreshToken) return
      // The access token that came meanwhile may be fresh; what was exchanged for the refresh token is gone.
      replace({ ...held.holdings, refreshToken: next.refreshToken })
    },
    succeed(sent, accessToken) {
      if (held === sent && sent.holdings !== null) replace(holdingsOf({ accessToken }, sent.holdings, clock))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What a listener throws is reported, and stops neither the others nor the request. */
function call(listener: () => void): void {
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
