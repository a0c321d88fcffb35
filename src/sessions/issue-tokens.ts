import { randomUUID } from 'node:crypto'
import { isEnabled } from '../accounts/authenticate.js'
import { readDevice } from '../accounts/credentials.js'
import { ensureUser, type SubjectOf } from '../accounts/external.js'
import { toSeconds } from '../base/clock.js'
import { parseDuration } from '../base/duration.js'
import { AuthError, OptionError } from '../base/errors.js'
import type { Duration, TokenConfig, VerifyConfig } from '../base/options.js'
import { isSubject } from '../base/text.js'
import type { Commit } from '../revocation/commit.js'
import type { Store, TokenRecord, Transaction } from '../store/contract.js'
import type { Issuer } from '../tokens/issue.js'
import { expiry } from './limits.js'
import { refreshClaims, refreshRow, UNMARKED } from './pair.js'
import { newSession } from './start.js'

/** Tokens that a host's own code asks for, without a password. */
export interface TokenIssuing {
  /**
   * An access token of no session, kept as a row like every other. Throws `TypeError` for a subject that is no text,
   * and for a claim or header that Sallyport sets itself; `CONFLICT` for an account that is disabled or deleted. Within
   * the second in which all of a user's tokens were revoked it is revoked too: times in tokens are whole seconds.
   */
  issueAccess(input: IssueAccess): Promise<string>
  /** The refresh token of a new session; what it is exchanged for is not fresh. */
  issueRefresh(input: IssueRefresh): Promise<string>
}

export interface IssueAccess {
  /** Whom the token names: text, not empty; or a user as the host knows them, of whom `subjectOf` says it. */
  subject: string | object
  /** Whether it counts as fresh, or for how long. @default false */
  fresh?: boolean | Duration
  /** Its life; `false`: it never expires, which `allowNoExpiry` must allow. By default that of every access token. */
  expiresIn?: Duration | false
  roles?: readonly string[]
  /** Further claims. */
  claims?: Readonly<Record<string, unknown>>
  /** Further header parameters. */
  headers?: Readonly<Record<string, unknown>>
}

export type IssueRefresh = Pick<IssueAccess, 'subject' | 'expiresIn' | 'claims' | 'headers'> & {
  /** A label for the list of sessions. */
  device?: string
}

export function createTokenIssuing(parts: {
  store: Store
  commit: Commit
  issuer: Issuer
  subjectOf?: SubjectOf
  config: TokenConfig & Pick<VerifyConfig, 'allowNoExpiry'>
}): TokenIssuing {
  const { store, commit, issuer, config } = parts

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

  /** Throws `CONFLICT` for an account that is disabled or deleted. */
  async function commitFor(
    { userId: subject, ...issued }: { userId: string; at: Date; tokenId: string; sessionId?: string },
    write: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await ensureUser(store, subject)
    await commit(async (tx, _revoke, record) => {
      const user = await tx.lockUser(subject)
      if (user === null || !isEnabled(user)) {
        throw new AuthError('CONFLICT', { message: 'The account is disabled or deleted.' })
      }
      await write(tx)
      record({ type: 'token_issued', by: { kind: 'host' }, userId: subject, ...issued })
    })
  }

  return {
    async issueAccess({ subject: given, fresh = false, expiresIn, roles, claims, headers }) {
      const subject = readSubject(given)
      const now = await store.now()
      const issuedAt = toSeconds(now.getTime())
      const token = {
        jti: randomUUID(),
        issuedAt: new Date(issuedAt * 1000),
        expiresAt: expiry(issuedAt, readLife(expiresIn, config.accessTtlSeconds)),
      }
      const freshUntil = typeof fresh === 'boolean' ? null : expiry(issuedAt, requireDuration('fresh', fresh))
      const signed = issuer.issue({
        ...token,
        key: await issuer.keyFor(subject),
        type: 'access',
        subject,
        fresh: freshUntil ?? fresh === true,
        authTime: fresh === false ? undefined : now,
        roles,
        claims,
        headers,
      })
      const row: TokenRecord = {
        ...token,
        type: 'access',
        userId: subject,
        sessionId: null,
        fresh: fresh !== false,
        freshUntil,
        ...UNMARKED,
      }
      await commitFor({ userId: subject, at: now, tokenId: row.jti }, (tx) => tx.insertTokens([row]))
      return signed
    },

    async issueRefresh({ subject: given, expiresIn, claims, headers, device }) {
      const subject = readSubject(given)
      const now = await store.now()
      const refreshTtlSeconds = readLife(expiresIn, config.refreshTtlSeconds)
      const origin = { device: readDevice(device), ip: null, userAgent: null }
      const session = newSession(subject, origin, now, { ...config, refreshTtlSeconds })
      const signed = issuer.issue({
        ...refreshClaims(session),
        key: await issuer.keyFor(subject),
        claims,
        headers,
      })
      const { id: sessionId, refreshJti: tokenId } = session
      await commitFor({ userId: subject, at: now, tokenId, sessionId }, async (tx) => {
        await tx.insertSession(session)
        await tx.insertTokens([refreshRow(session)])
      })
      return signed
    },
  }
}

function requireDuration(name: string, value: unknown): number {
  const seconds = parseDuration(value)
  if (seconds === null)
    throw new OptionError(name, 'needs a duration: seconds, or such as 90s, 15m, 12h, 30d')
  return seconds
}
