import type { Claims } from '../base/claims.js'
import type { RevocationEntry } from '../store/contract.js'

export type RevocationVerdict = 'live' | 'revoked' | 'superseded'

/** The feed's lines that still matter, in memory: of several about one token, session or user the newest. */
export interface LiveEntries {
  readonly size: number
  apply(entry: RevocationEntry): void
  /**
   * Applies a line that is read again after the database stepped back. A known line may be lost there, and stays in force
   * until it expires: of two lines with one key the graver effect holds, up to the next new line.
   */
  applyAgain(entry: RevocationEntry): void
  /**
   * Makes every later line count as newer than the known ones. These go by time alone from now on: the database may have
   * lost the account's version too, and gives it out again.
   */
  markOld(): void
  judge(claims: Claims, subject: string): RevocationVerdict
  /** Forgets what expired before this time (milliseconds). */
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
      // Our own commits are applied at once, others' when the poll brings them: not in order of their ids.
      const newest = known.id < entry.id ? entry : known
      // It speaks of all that the older one spoke of, which may live longer than what was still live by then.
      const expiresAt = laterExpiry(known.expiresAt, entry.expiresAt)
      byScope[entry.scope].set(entry.key, { ...newest, expiresAt })
    },

    applyAgain(entry) {
      const known = byScope[entry.scope].get(entry.key)
      byScope[entry.scope].set(entry.key, known === undefined ? entry : graverOf(known, entry))
    },

    markOld() {
      for (const map of maps) {
        for (const [key, entry] of map) map.set(key, { ...entry, id: 0, beforeVersion: null })
      }
    },

    judge(claims, subject) {
      const token = claims.jti === undefined ? 'live' : effectOf(byScope.token.get(claims.jti))
      const session = claims.sid === undefined ? 'live' : effectOf(byScope.session.get(claims.sid))
      const user = judgeByIssue(byScope.user.get(subject), claims)
      const access = claims.type === 'refresh' ? 'live' : judgeByIssue(byScope.access.get(subject), claims)
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
    // The known line may be about a version that the database has lost.
    beforeVersion: null,
    expiresAt: laterExpiry(known.expiresAt, again.expiresAt),
  }
}

/** Null: without a time. */
function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one.getTime() > other.getTime() ? one : other
}

/** Returns the later of two expiries. Null means never. */
export function laterExpiry(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return null
  return one.getTime() > other.getTime() ? one : other
}

/** What is over for good counts before what a refresh would mend: whoever is told to refresh should find a session. */
function graver(one: RevocationVerdict, other: RevocationVerdict): RevocationVerdict {
  return one === 'live' || other === 'revoked' ? other : one
}

function effectOf(entry: RevocationEntry | undefined): RevocationVerdict {
  return entry === undefined || entry.effect === 'restored' ? 'live' : entry.effect
}

/** A line about a user refuses the tokens issued before it: by version, or by time for a token without a version. */
function judgeByIssue(entry: RevocationEntry | undefined, claims: Claims): RevocationVerdict {
  const effect = effectOf(entry)
  if (effect === 'live' || entry?.issuedBefore == null) return effect
  const { sid, iat, account_version: version } = claims
  if (entry.beforeVersion !== null && typeof version === 'number') {
    return version >= entry.beforeVersion ? 'live' : effect
  }
  if (iat === undefined) return effect
  // A token of our own session is refused by its session's line, and the next may be issued in the same second. But `sid`
  // may be another issuer's: such a token is refused too, unless it is of that second.
  const issuedAt = sid === undefined ? iat : iat + 1
  return issuedAt * 1000 > entry.issuedBefore.getTime() ? 'live' : effect
}
