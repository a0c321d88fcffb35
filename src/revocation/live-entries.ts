import type { Claims } from '../base/claims.js'
import type { RevocationEntry } from '../store/revocation-record.js'

export type RevocationVerdict = 'live' | 'revoked' | 'superseded'

/** The feed's entries that still matter, in memory: the newest for each token, session or user. */
export interface LiveEntries {
  readonly size: number
  apply(entry: RevocationEntry): void
  /**
   * Applies an entry that is read again after the database stepped back. A known entry may be lost there, and stays in
   * force until it expires: of two entries with one key the stronger effect holds, up to the next new entry.
   */
  applyAgain(entry: RevocationEntry): void
  /**
   * Makes every later entry count as newer than the known ones. Known entries go by time alone from now on: the
   * database may have lost the account's version, and assign it again.
   */
  markOld(): void
  judge(claims: Claims, subject: string): RevocationVerdict
  /** Drops entries that expired before this time (milliseconds). */
  forgetExpired(now: number): void
}

export function createLiveEntries(): LiveEntries {
  const byScope = {
    token: new Map<string, RevocationEntry>(),
    session: new Map<string, RevocationEntry>(),
    user: new Map<string, RevocationEntry>(),
    access: new Map<string, RevocationEntry>(),
  }
  const maps = Object.values(byScope)

  return {
    get size() {
      return maps.reduce((sum, map) => sum + map.size, 0)
    },

    apply(entry) {
      const known = byScope[entry.scope].get(entry.key)
      if (known === undefined) {
        byScope[entry.scope].set(entry.key, entry)
        return
      }
      // Entries arrive out of order: our own at once, those of other instances by the poll.
      const newest = known.id < entry.id ? entry : known
      // The newer entry covers the tokens of the older one, which may expire later.
      const expiresAt = later(known.expiresAt, entry.expiresAt)
      byScope[entry.scope].set(entry.key, { ...newest, expiresAt })
    },

    applyAgain(entry) {
      const known = byScope[entry.scope].get(entry.key)
      byScope[entry.scope].set(entry.key, known === undefined ? entry : graverOf(known, entry))
    },

    markOld() {
      for (const map of maps) {
        for (const [key, entry] of map) map.set(key, { ...entry, id: 0, beforeVersion: undefined })
      }
    },

    judge(claims, subject) {
      const token = claims.jti === undefined ? 'live' : effectOf(byScope.token.get(claims.jti))
      const session = claims.sid === undefined ? 'live' : effectOf(byScope.session.get(claims.sid))
      const user = judgeByAccount(byScope.user.get(subject), claims)
      const access = claims.type === 'refresh' ? 'live' : judgeByAccount(byScope.access.get(subject), claims)
      return graver(graver(token, session), graver(user, access))
    },

    forgetExpired(now) {
      for (const map of maps) {
        for (const [key, entry] of map) {
          if (entry.expiresAt !== null && entry.expiresAt.getTime() < now) map.delete(key)
        }
      }
    },
  }
}

const GRAVITY = { restored: 0, superseded: 1, revoked: 2 } as const

function graverOf(known: RevocationEntry, again: RevocationEntry): RevocationEntry {
  const effect = GRAVITY[known.effect] > GRAVITY[again.effect] ? known.effect : again.effect
  return {
    ...again,
    effect,
    issuedBefore: latest(known.issuedBefore, again.issuedBefore),
    // By time alone: the database may have lost the version of the known entry.
    beforeVersion: undefined,
    expiresAt: later(known.expiresAt, again.expiresAt),
  }
}

/** The later of two times. Null when both are null. */
function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one.getTime() > other.getTime() ? one : other
}

/** The later of two expiries. Null means never. */
function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return null
  return one.getTime() > other.getTime() ? one : other
}

/** "revoked" outranks "superseded": a client that refreshes must still have a session. */
function graver(one: RevocationVerdict, other: RevocationVerdict): RevocationVerdict {
  return one === 'live' || other === 'revoked' ? other : one
}

function effectOf(entry: RevocationEntry | undefined): RevocationVerdict {
  return entry === undefined || entry.effect === 'restored' ? 'live' : entry.effect
}

/**
 * Checks a token against an entry about its user. The account's version decides, because clocks may go back. Time
 * decides for a token without a version: another issuer's, or one issued before tokens had it.
 */
function judgeByAccount(entry: RevocationEntry | undefined, claims: Claims): RevocationVerdict {
  const effect = effectOf(entry)
  if (entry === undefined || effect === 'live') return effect
  const { sid, iat, account_version: version } = claims
  const { beforeVersion, issuedBefore } = entry
  if (beforeVersion !== undefined && isVersion(version)) return version < beforeVersion ? effect : 'live'
  if (issuedBefore === null || iat === undefined) return effect
  // An entry without a version comes with one for each session, and the next token may be issued in the same second.
  const issuedAt = sid === undefined || beforeVersion !== undefined ? iat : iat + 1
  return issuedAt * 1000 > issuedBefore.getTime() ? 'live' : effect
}

/** Another issuer may use the claim for something else. */
function isVersion(version: unknown): version is number {
  return Number.isSafeInteger(version) && Number(version) >= 0
}
