/**
 * What sessions and tokens do, without a database, a signature or a race: small enough to be read and believed. Times are
 * seconds. What every function answers is the code of the refusal; null: it was done.
 */
export interface Account {
  readonly name: string
  password: number
  roles: number
  state: 'enabled' | 'disabled' | 'deleted'
}

export interface Session {
  readonly account: Account
  readonly startedAt: number
  refresh: Token
  access: Token
  ended: boolean
}

export interface Token {
  readonly type: 'access' | 'refresh'
  readonly session: Session
  readonly issuedAt: number
  readonly expiresAt: number
  readonly fresh: boolean
  /** When the password was given for it. */
  readonly provedAt: number
  rotatedAt: number | null
  /** `owner` can be taken back; `over` not; `superseded` counts as expired, as long as the session lives. */
  revoked: 'owner' | 'over' | 'superseded' | null
  successor: Token | null
}

export interface Limits {
  readonly accessSeconds: number
  readonly refreshSeconds: number
  readonly sessionSeconds: number
  readonly windowSeconds: number
}

export type Refusal = string | null

export function createModel(limits: Limits) {
  let now = 0
  const sessions: Session[] = []
  const tokens: Token[] = []

  function issue(type: Token['type'], session: Session, fresh: boolean): Token {
    const life = type === 'access' ? limits.accessSeconds : limits.refreshSeconds
    const expiresAt = Math.min(now + life, session.startedAt + limits.sessionSeconds)
    const marks = { rotatedAt: null, revoked: null, successor: null }
    const provedAt = fresh ? now : session.startedAt
    const token: Token = { type, session, issuedAt: now, expiresAt, fresh, provedAt, ...marks }
    tokens.push(token)
    return token
  }

  function start(account: Account): Session {
    const session = { account, startedAt: now, ended: false } as Session
    session.access = issue('access', session, true)
    session.refresh = issue('refresh', session, false)
    sessions.push(session)
    return session
  }

  function end(session: Session): void {
    session.ended = true
    for (const token of tokens) if (token.session === session) token.revoked = 'over'
  }

  function endAll(account: Account): void {
    for (const session of liveOf(account)) end(session)
  }

  function liveOf(account: Account): Session[] {
    return sessions.filter((session) => session.account === account && !session.ended)
  }

  function isPast(token: Token): boolean {
    return token.expiresAt <= now
  }

  /** Whether it was exchanged so lately that it is good for the session's pair. */
  function isWithinWindow({ rotatedAt }: Token): boolean {
    return rotatedAt !== null && now - rotatedAt < limits.windowSeconds
  }

  /** What `me` answers to a token. */
  function judge(token: Token): Refusal {
    if (token.type === 'refresh') return 'TOKEN_INVALID'
    if (isPast(token) || token.revoked === 'superseded') return 'TOKEN_EXPIRED'
    return token.revoked === null ? null : 'TOKEN_REVOKED'
  }

  function judgeFresh(token: Token): Refusal {
    return judge(token) ?? (token.fresh ? null : 'FRESH_REQUIRED')
  }

  function heirsOf({ successor }: Token): Token[] {
    return successor === null ? [] : [successor, ...heirsOf(successor)]
  }

  return {
    tokens,
    sessions,
    judge,
    judgeFresh,
    start,
    heirsOf,
    isPast,
    isWithinWindow,
    /** Of the bearer, those that are neither ended nor past. */
    listFor: (by: Token) => liveOf(by.session.account).filter(({ refresh }) => !isPast(refresh)),
    /** In how many seconds something begins or ends for one of these by itself, soonest first. */
    edgesOf(of: readonly Token[]): number[] {
      const times = of.flatMap(({ type, session, rotatedAt, issuedAt, expiresAt }) => [
        expiresAt,
        type === 'access' ? Math.ceil((issuedAt + expiresAt) / 2) : session.refresh.expiresAt,
        ...(rotatedAt === null ? [] : [rotatedAt + limits.windowSeconds]),
      ])
      return [...new Set(times)]
        .map((time) => time - now)
        .filter((left) => left > 0)
        .sort((a, b) => a - b)
    },

    pass(seconds: number) {
      now += seconds
    },

    refresh(token: Token): Refusal {
      const { session } = token
      if (token.type === 'access') return 'TOKEN_INVALID'
      if (isPast(token) || session.ended || isPast(session.refresh)) return 'SESSION_ENDED'
      if (token.rotatedAt !== null) {
        if (!isWithinWindow(token)) end(session)
        if (!isWithinWindow(token)) return 'REFRESH_REUSED'
        return token.revoked === null ? null : 'SESSION_ENDED'
      }
      if (token.revoked !== null) return 'SESSION_ENDED'
      token.rotatedAt = now
      session.access = issue('access', session, false)
      session.refresh = issue('refresh', session, false)
      return null
    },

    reauthenticate: (token: Token): Refusal | Token => judge(token) ?? issue('access', token.session, true),

    /** The one successor of a token that is used now; null: it has none. */
    slide(token: Token): Token | null {
      if (judge(token) !== null || token.session.ended) return null
      if ((now - token.issuedAt) * 2 < token.expiresAt - token.issuedAt) return null
      const end = Math.min(now + limits.accessSeconds, token.session.startedAt + limits.sessionSeconds)
      // One that was made is answered for as long as the token lives: its answer may have been lost.
      if (token.successor === null && !isPast(token.session.refresh) && end > token.expiresAt) {
        token.successor = issue('access', token.session, false)
      }
      return token.successor?.revoked === null ? token.successor : null
    },

    revoke(by: Token, token: Token): Refusal {
      const refusal = judge(by)
      if (refusal !== null) return refusal
      if (by.session.account !== token.session.account) return 'NOT_FOUND'
      if (token.revoked !== null) return null
      for (const one of [token, ...heirsOf(token)]) one.revoked ??= 'owner'
      return null
    },

    unrevoke(by: Token, token: Token): Refusal {
      const refusal = judge(by)
      if (refusal !== null) return refusal
      if (by.session.account !== token.session.account) return 'NOT_FOUND'
      if (token.session.ended || token.rotatedAt !== null || isPast(token)) return 'CONFLICT'
      if (token.revoked !== null && token.revoked !== 'owner') return 'CONFLICT'
      token.revoked = null
      return null
    },

    logOut(token: Token): boolean {
      const ended = !token.session.ended
      end(token.session)
      return ended
    },

    revokeSession(by: Token, session: Session): Refusal {
      const refusal = judge(by)
      if (refusal !== null) return refusal
      if (by.session.account !== session.account) return 'NOT_FOUND'
      end(session)
      return null
    },

    revokeOthers(by: Token): Refusal {
      const refusal = judge(by)
      if (refusal !== null) return refusal
      for (const session of liveOf(by.session.account)) if (session !== by.session) end(session)
      return null
    },

    revokeAll(by: Token): Refusal {
      const refusal = judge(by)
      if (refusal === null) endAll(by.session.account)
      return refusal
    },

    changePassword(by: Token): Refusal | Session {
      const refusal = judgeFresh(by)
      if (refusal !== null) return refusal
      const { account } = by.session
      endAll(account)
      account.password++
      return start(account)
    },

    deleteAccount(by: Token): Refusal {
      const refusal = judgeFresh(by)
      if (refusal !== null) return refusal
      endAll(by.session.account)
      by.session.account.state = 'deleted'
      return null
    },

    logIn(account: Account, password: number): Refusal | Session {
      const isIn = account.state === 'enabled' && account.password === password
      return isIn ? start(account) : 'INVALID_CREDENTIALS'
    },

    setDisabled(account: Account, disabled: boolean): Refusal {
      if (account.state === 'deleted') return 'CONFLICT'
      if (disabled) endAll(account)
      account.state = disabled ? 'disabled' : 'enabled'
      return null
    },

    setRoles(account: Account): Refusal {
      if (account.state === 'deleted') return 'CONFLICT'
      account.roles++
      for (const token of tokens) {
        if (token.type !== 'access' || token.session.account !== account) continue
        token.revoked = token.revoked === 'owner' ? 'over' : (token.revoked ?? 'superseded')
      }
      return null
    },
  }
}

export type Model = ReturnType<typeof createModel>
