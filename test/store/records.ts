import { randomUUID } from 'node:crypto'
import type { NewUser, SessionRecord, Statements, TokenRecord } from '../../src/store/contract.js'

/** A time with milliseconds, `seconds` after a fixed one. */
export function at(seconds: number): Date {
  return new Date(Date.UTC(2031, 4, 6, 7, 8, 9, 123) + seconds * 1000)
}

export function newUser(fields: Partial<NewUser> = {}): NewUser {
  return {
    id: randomUUID(),
    username: null,
    usernameKey: null,
    email: null,
    emailKey: null,
    passwordHash: null,
    roles: [],
    version: 1,
    createdAt: at(0),
    disabledAt: null,
    deletedAt: null,
    ...fields,
  }
}

export function newSession(fields: Partial<SessionRecord> & { userId: string }): SessionRecord {
  return {
    id: randomUUID(),
    device: null,
    ip: null,
    userAgent: null,
    csrf: 'csrf',
    authTime: at(0),
    createdAt: at(0),
    lastUsedAt: at(0),
    accessJti: randomUUID(),
    refreshJti: randomUUID(),
    issuedAt: at(0),
    accessExpiresAt: at(900),
    refreshExpiresAt: at(86_400),
    revokedAt: null,
    revokedReason: null,
    ...fields,
  }
}

export function newToken(fields: Partial<TokenRecord> & { userId: string }): TokenRecord {
  return {
    jti: randomUUID(),
    type: 'access',
    sessionId: null,
    fresh: false,
    freshUntil: null,
    issuedAt: at(0),
    expiresAt: at(900),
    rotatedAt: null,
    successorJti: null,
    revokedAt: null,
    revokedReason: null,
    ...fields,
  }
}

/** A user in the store. */
export async function addUser(store: Statements, fields: Partial<NewUser> = {}): Promise<NewUser> {
  const user = newUser(fields)
  await store.insertUser(user)
  return user
}

/** A session in the store, with the two tokens of its pair. */
export async function addSession(
  store: Statements,
  fields: Partial<SessionRecord> & { userId: string },
): Promise<SessionRecord> {
  const session = newSession(fields)
  const { userId, id: sessionId, issuedAt } = session
  await store.insertSession(session)
  await store.insertTokens([
    newToken({ userId, sessionId, issuedAt, jti: session.accessJti, expiresAt: session.accessExpiresAt }),
    newToken({
      ...{ userId, sessionId, issuedAt, type: 'refresh' },
      ...{ jti: session.refreshJti, expiresAt: session.refreshExpiresAt },
    }),
  ])
  return session
}
