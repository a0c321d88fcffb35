import type { Row, WholeDatabase } from './read-database.js'

/**
 * What is true of every database of ours between two transactions, whatever failed: every breach, in words. Pruning
 * takes what is past away, and so must not have run.
 */
export function findBreaches(database: WholeDatabase): string[] {
  const tokens = new Map(database.tokens.map((token) => [token.jti, token]))
  const sessions = new Map(database.sessions.map((session) => [session.id, session]))
  const users = new Map(database.users.map((user) => [user.id, user]))
  const feed = newestLines(database.revocations)
  const ofSession = groupBy(database.tokens, 'session_id')
  return [
    ...database.sessions.flatMap((session) => [
      ...checkPair(session, tokens),
      ...checkRefreshTokens(session, ofSession.get(session.id) ?? []),
      ...checkEnd(session, ofSession.get(session.id) ?? [], feed),
    ]),
    ...database.tokens.flatMap((token) => [
      ...checkBelonging(token, sessions),
      ...checkRevocation(token, feed),
      ...checkSuccessor(token, tokens),
    ]),
    ...checkSuccessorsDiffer(database.tokens),
    ...checkAudit(database),
    ...[...database.sessions, ...database.tokens].flatMap((row) =>
      checkOwner(row, users.get(row.user_id ?? '')),
    ),
  ]
}

type Feed = ReadonlyMap<string, Row>

function newestLines(revocations: readonly Row[]): Feed {
  return new Map(revocations.map((line) => [`${line.scope} ${line.key}`, line]))
}

/** No session without its refresh token, and with the times that a lost answer is signed again by. */
function checkPair(session: Row, tokens: ReadonlyMap<Row[string] | undefined, Row>): string[] {
  const refresh = tokens.get(session.refresh_jti)
  const access = tokens.get(session.access_jti)
  const problems: string[] = []
  if (refresh === undefined) problems.push(`session ${session.id}: its refresh token is no row`)
  for (const [token, type] of [
    [refresh, 'refresh'],
    [access, 'access'],
  ] as const) {
    if (token === undefined) continue
    const same =
      token.type === type &&
      token.session_id === session.id &&
      token.issued_at === session.issued_at &&
      token.expires_at === session[`${type}_expires_at`]
    if (!same) problems.push(`session ${session.id}: its ${type} token is another`)
  }
  return problems
}

/** Of a session's refresh tokens exactly one was not exchanged: the current one. */
function checkRefreshTokens(session: Row, tokens: readonly Row[]): string[] {
  const current = tokens.filter(({ type, rotated_at }) => type === 'refresh' && rotated_at === null)
  if (current.length === 1 && current[0]?.jti === session.refresh_jti) return []
  return [`session ${session.id}: ${current.length} refresh tokens were not exchanged`]
}

/** Every instance hears of an ended session if it may meet one of its access tokens. */
function checkEnd(session: Row, tokens: readonly Row[], feed: Feed): string[] {
  if (session.revoked_at === null) return []
  const isMet = tokens.some(({ type }) => type === 'access')
  if (!isMet || feed.get(`session ${session.id}`)?.effect === 'revoked') return []
  // All that the user had ended by one line.
  if (feed.get(`user ${session.user_id}`)?.effect === 'revoked') return []
  return [`session ${session.id} ended, and the feed does not say so`]
}

function checkBelonging(token: Row, sessions: ReadonlyMap<Row[string] | undefined, Row>): string[] {
  if (token.session_id === null) return []
  const session = sessions.get(token.session_id)
  if (session === undefined) return [`token ${token.jti}: its session is no row`]
  return session.user_id === token.user_id ? [] : [`token ${token.jti}: its session is another user's`]
}

/** The access tokens that a person revoked are in the feed, and what they took back is not any more. */
function checkRevocation(token: Row, feed: Feed): string[] {
  const line = feed.get(`token ${token.jti}`)
  const byPerson = token.revoked_reason === 'owner' || token.revoked_reason === 'admin'
  if (byPerson && token.type === 'access' && line?.effect !== 'revoked') {
    return [`token ${token.jti} was revoked, and the feed does not say so`]
  }
  if (token.revoked_at === null && line !== undefined && line.effect !== 'restored') {
    return [`token ${token.jti} is live, and the feed says ${line.effect}`]
  }
  return []
}

function checkSuccessor(token: Row, tokens: ReadonlyMap<Row[string] | undefined, Row>): string[] {
  if (token.successor_jti === null) return []
  const heir = tokens.get(token.successor_jti)
  if (heir === undefined) return [`token ${token.jti}: its successor is no row`]
  const isHeir = heir.session_id === token.session_id && heir.fresh !== true && heir.fresh !== 1
  if (isHeir && String(heir.expires_at) > String(token.expires_at)) return []
  return [`token ${token.jti}: its successor is fresh, of another session, or gains nothing`]
}

function checkSuccessorsDiffer(tokens: readonly Row[]): string[] {
  const named = tokens.flatMap(({ successor_jti }) => (successor_jti === null ? [] : [successor_jti]))
  return new Set(named).size === named.length ? [] : ['two tokens have one successor']
}

/** Each event has its row in the audit log, and no row is without its event. */
function checkAudit({ tokens, sessions, audit_events }: WholeDatabase): string[] {
  const idsOf = (type: string, id: 'token_id' | 'session_id', reason: string | null = null) =>
    audit_events.filter((row) => row.type === type && row.reason === reason).map((row) => row[id])
  const rotated = tokens.filter(({ rotated_at }) => rotated_at !== null).map(({ jti }) => jti)
  const heirs = tokens.map(({ successor_jti }) => successor_jti).filter((jti) => jti !== null)
  const reused = sessions
    .filter(({ revoked_reason }) => revoked_reason === 'refresh_reused')
    .map(({ id }) => id)
  const known = new Set(sessions.map(({ id }) => id))
  const begun = [...idsOf('login', 'session_id'), ...idsOf('signup', 'session_id')]
  return [
    ...compare('refresh', idsOf('refresh', 'token_id'), rotated),
    ...compare('sliding', idsOf('refresh', 'token_id', 'sliding'), heirs),
    ...compare('reuse', idsOf('refresh_reused', 'session_id'), reused),
    ...begun
      .filter((id) => !known.has(id ?? ''))
      .map((id) => `a login is audited, and its session ${id} is no row`),
  ]
}

type Ids = readonly (Row[string] | undefined)[]

function compare(what: string, audited: Ids, happened: Ids): string[] {
  const [log, rows] = [audited, happened].map((ids) => JSON.stringify([...ids].sort()))
  return log === rows ? [] : [`${what}: ${audited.length} are audited, and ${happened.length} happened`]
}

/** Whoever is disabled or deleted has nothing that lives. */
function checkOwner(row: Row, user: Row | undefined): string[] {
  const what = row.jti === undefined ? `session ${row.id}` : `token ${row.jti}`
  if (user === undefined) return [`${what}: its user is no row`]
  // A token of a session ends with it.
  if (row.jti !== undefined && row.session_id !== null) return []
  const isOut = user.disabled_at !== null || user.deleted_at !== null
  return isOut && row.revoked_at === null ? [`${what} lives, and its user is disabled or deleted`] : []
}

function groupBy(rows: readonly Row[], column: string): ReadonlyMap<Row[string] | undefined, Row[]> {
  const groups = new Map<Row[string] | undefined, Row[]>()
  for (const row of rows) groups.set(row[column], [...(groups.get(row[column]) ?? []), row])
  return groups
}
