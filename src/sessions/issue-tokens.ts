import { randomUUID } from 'node:crypto'
import { isEnabled } from '../accounts/authenticate.js'
import { readDevice } from '../accounts/credentials.js'
import { bareUser, ensureUser, type SubjectOf } from '../accounts/external.js'
import { refuseUnknownOptions } from '../base/check-options.js'
import { toSeconds } from '../base/clock.js'
import { parseDuration } from '../base/duration.js'
import { AuthError, OptionError } from '../base/errors.js'
import type { Duration, TokenConfig, VerifyConfig } from '../base/options.js'
import { isSubject } from '../base/text.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, TokenRecord, Transaction, UserRecord } from '../store/contract.js'
import type { IssueInput, Issuer } from '../tokens/issue.js'
import { readJsonObject } from '../tokens/json-object.js'
import { changedMeanwhile } from './changed-meanwhile.js'
import { limitSessions } from './limit-sessions.js'
import { expiry } from './limits.js'
import { refreshClaims, refreshRow, UNMARKED } from './pair.js'
import type { SessionSigner } from './sign.js'
import { newSession } from './start.js'

/** Issues tokens that the host's code asks for, without a password. */
export interface TokenIssuing {
  /**
   * Issues an access token without a session, stored as a row like every other.
   * @throws {TypeError} for a subject that is no text, a claim or header that Sallyport sets itself, and one that JSON
   * can't express.
   * @throws {AuthError} `CONFLICT` for an account that is disabled or deleted.
   */
  issueAccess(input: IssueAccess): Promise<string>
  /** Issues the refresh token of a new session. The access tokens that it is exchanged for are not fresh. */
  issueRefresh(input: IssueRefresh): Promise<string>
}

export interface IssueAccess {
  /** The subject of the token: a text, not empty; or the host's user, whose subject is `subjectOf(user)`. */
  subject: string | object
  /** Whether the token counts as fresh, or for how long. @default false */
  fresh?: boolean | Duration
  /** The lifetime; `false`: it never expires, which `allowNoExpiry` must allow. @default that of every access token */
  expiresIn?: Duration | false
  roles?: readonly string[]
  /** Further claims. They override those of the hook `claims`. */
  claims?: Readonly<Record<string, unknown>>
  /** Further header parameters. They override those of the hook `headers`. */
  headers?: Readonly<Record<string, unknown>>
}

export type IssueRefresh = Pick<IssueAccess, 'subject' | 'expiresIn' | 'claims' | 'headers'> & {
  /** A label for the user's list of sessions. */
  device?: string
}

const ATTEMPTS = 3
/** The names that both inputs have. */
const SHARED_INPUT = ['subject', 'expiresIn', 'claims', 'headers']

/** The subject, and the time of issue. */
interface Grounds {
  readonly subject: string
  readonly now: Date
}

/** A token to sign, and how to store it. */
interface Plan {
  readonly token: IssueInput
  readonly tokenId: string
  readonly sessionId?: string
  write(tx: Transaction): Promise<void>
}

export function createTokenIssuing(parts: {
  store: Store
  commit: Commit
  issuer: Issuer
  signer: Pick<SessionSigner, 'prepare'>
  subjectOf?: SubjectOf
  config: TokenConfig & Pick<VerifyConfig, 'allowNoExpiry'>
}): TokenIssuing {
  const { store, commit, issuer, signer, config } = parts

  function readLife(expiresIn: Duration | false | undefined, otherwise: number | null): number | null {
    if (expiresIn === undefined) return otherwise
    if (expiresIn !== false) return requireDuration('expiresIn', expiresIn)
    if (config.allowNoExpiry) return null
    throw new OptionError('expiresIn', 'is false, but allowNoExpiry is not on: the token would be refused')
  }

  function readSubject(given: string | object): string {
    const subject = typeof given === 'object' && parts.subjectOf ? parts.subjectOf(given) : given
    if (isSubject(subject)) return subject
    throw new TypeError('subject must be text of 1 to 255 visible characters')
  }

  /**
   * Signs and stores the token of `plan`.
   * @throws {AuthError} `CONFLICT` for an account that is disabled or deleted, or that keeps changing meanwhile.
   */
  async function issue(given: string | object, plan: (of: Grounds) => Plan): Promise<string> {
    const userId = readSubject(given)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = await store.now()
      const known = await store.findUser(userId)
      const user = known ?? bareUser(userId, now)
      requireEnabled(user)
      const host = await signer.prepare(user, typeof given === 'object' ? given : undefined)
      const { token, tokenId, sessionId, write } = plan({ subject: userId, now })
      const signed = issuer.issue({
        ...token,
        accountVersion: token.type === 'access' ? user.version : undefined,
        key: host.key,
        claims: { ...host.claims, ...readJsonObject('claims', token.claims ?? {}) },
        headers: { ...host.headers, ...readJsonObject('headers', token.headers ?? {}) },
      })
      if (known === null) await ensureUser(store, userId)
      const isDone = await commit(async (tx, revoke, record) => {
        const row = await tx.lockUser(userId)
        requireEnabled(row)
        if (row.version !== user.version) return false
        await write(tx)
        const by = { kind: 'host' } as const
        record({ type: 'token_issued', at: now, by, userId, tokenId, sessionId })
        if (sessionId !== undefined)
          await limitSessions(tx, { revoke, record }, { userId, sessionId, at: now, by, config })
        return true
      }, userId)
      if (isDone) return signed
    }
    throw changedMeanwhile()
  }

  return {
    async issueAccess(input) {
      refuseUnknownOptions(input, [...SHARED_INPUT, 'fresh', 'roles'])
      const { fresh = false, expiresIn, roles, claims, headers } = input
      return issue(input.subject, ({ subject, now }) => {
        const issuedAt = toSeconds(now.getTime())
        const token = {
          jti: randomUUID(),
          issuedAt: new Date(issuedAt * 1000),
          expiresAt: expiry(issuedAt, readLife(expiresIn, config.accessTtlSeconds)),
        }
        const freshUntil =
          typeof fresh === 'boolean' ? null : expiry(issuedAt, requireDuration('fresh', fresh))
        const row: TokenRecord = {
          ...token,
          type: 'access',
          userId: subject,
          sessionId: null,
          fresh: fresh !== false,
          freshUntil,
          ...UNMARKED,
        }
        return {
          token: {
            ...token,
            type: 'access',
            subject,
            fresh: freshUntil ?? fresh === true,
            authTime: fresh === false ? undefined : now,
            roles,
            claims,
            headers,
          },
          tokenId: token.jti,
          write: (tx) => tx.insertTokens([row]),
        }
      })
    },

    async issueRefresh(input) {
      refuseUnknownOptions(input, [...SHARED_INPUT, 'device'])
      const { expiresIn, claims, headers, device } = input
      return issue(input.subject, ({ subject, now }) => {
        const refreshTtlSeconds = readLife(expiresIn, config.refreshTtlSeconds)
        const origin = { device: readDevice(device), ip: null, userAgent: null }
        const session = newSession(subject, origin, now, { ...config, refreshTtlSeconds })
        return {
          token: { ...refreshClaims(session), claims, headers },
          tokenId: session.refreshJti,
          sessionId: session.id,
          async write(tx) {
            await tx.insertSession(session)
            await tx.insertTokens([refreshRow(session)])
          },
        }
      })
    },
  }
}

function requireEnabled(user: UserRecord | null): asserts user is UserRecord {
  if (user !== null && isEnabled(user)) return
  throw new AuthError('CONFLICT', { message: 'The account is disabled or deleted.' })
}

function requireDuration(name: string, value: unknown): number {
  const seconds = parseDuration(value)
  if (seconds === null)
    throw new OptionError(name, 'needs a duration: seconds, or such as 90s, 15m, 12h, 30d')
  return seconds
}
