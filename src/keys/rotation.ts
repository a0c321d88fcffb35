import type { KeySchedule, ScheduledKey } from './key-schedule.js'

/** How long others may cache our public keys: the `max-age` of `/.well-known/jwks.json`, in seconds. */
export const JWKS_MAX_AGE_SECONDS = 300
/** How far the clocks of our instances, and of services that verify our tokens, may differ; seconds. */
const CLOCKS_SECONDS = 60

/** What the times of a rotation depend on. */
export interface RotationRules {
  /** How often an instance reads the folder, in seconds. */
  readonly reloadSeconds: number
  /** The longest lifetime of any token, in seconds. Null when some never expire. */
  readonly longestTokenSeconds: number | null
  readonly leewaySeconds: number
}

/** When a key published now may sign: by then every instance and every cache of our public keys has it. */
export function activationOf(now: number, { reloadSeconds }: RotationRules): number {
  return now + (reloadSeconds + JWKS_MAX_AGE_SECONDS + CLOCKS_SECONDS) * 1000
}

/** When the key that signed until `activeFrom` can retire: its last token has expired. Null for never. */
export function retirementOf(activeFrom: number, rules: RotationRules): number | null {
  const { longestTokenSeconds, leewaySeconds } = rules
  if (longestTokenSeconds === null) return null
  return activeFrom + (longestTokenSeconds + leewaySeconds + CLOCKS_SECONDS) * 1000
}

export type RotationPlan =
  /** The folder has no key. */
  | { readonly kind: 'empty' }
  /** The next key exists and does not sign yet. */
  | { readonly kind: 'underWay'; readonly next: ScheduledKey }
  /** The signing key is younger than the rotation interval. */
  | { readonly kind: 'early'; readonly signing: ScheduledKey; readonly dueAt: number }
  | {
      readonly kind: 'rotate'
      readonly signing: ScheduledKey
      readonly activeFrom: number
      readonly formerRetiredAt: number | null
    }

/** Decides what a rotation does. Pure, so that concurrent runs, and a run after a crash, decide the same. */
export function planRotation(
  schedule: KeySchedule,
  now: number,
  rules: RotationRules & { readonly everySeconds: number },
): RotationPlan {
  const { keys, signing } = schedule
  const next = keys.findLast(({ state, signing }) => state === 'upcoming' && signing !== null)
  if (next !== undefined) return { kind: 'underWay', next }
  if (signing === null) return { kind: 'empty' }
  const dueAt = signing.activeFrom + rules.everySeconds * 1000
  if (now < dueAt) return { kind: 'early', signing, dueAt }
  const activeFrom = activationOf(now, rules)
  return { kind: 'rotate', signing, activeFrom, formerRetiredAt: retirementOf(activeFrom, rules) }
}
