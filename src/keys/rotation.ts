import type { KeySchedule, ScheduledKey } from './key-schedule.js'

/** How long others may keep our public keys: what `/.well-known/jwks.json` says of itself. */
export const JWKS_MAX_AGE_SECONDS = 300
/** How far the clocks of the instances, and of who verifies our tokens, may differ. */
const CLOCKS_SECONDS = 60

/** What the times of a rotation follow from. */
export interface RotationRules {
  /** How often an instance reads the folder. */
  readonly reloadSeconds: number
  /** The longest life of any token; null: some never expire. */
  readonly longestTokenSeconds: number | null
  readonly leewaySeconds: number
}

/** From when on a key that is published now may sign: then every instance, and whoever keeps our keys, has it. */
export function activationOf(now: number, { reloadSeconds }: RotationRules): number {
  return now + (reloadSeconds + JWKS_MAX_AGE_SECONDS + CLOCKS_SECONDS) * 1000
}

/** From when on the key that signed until `activeFrom` is of no use: no token of it can live. Null: never. */
export function retirementOf(activeFrom: number, rules: RotationRules): number | null {
  const { longestTokenSeconds, leewaySeconds } = rules
  if (longestTokenSeconds === null) return null
  return activeFrom + (longestTokenSeconds + leewaySeconds + CLOCKS_SECONDS) * 1000
}

export type RotationPlan =
  /** There is no key to follow. */
  | { readonly kind: 'empty' }
  /** The next key is there, and does not sign yet. */
  | { readonly kind: 'underWay'; readonly next: ScheduledKey }
  /** The key that signs is younger than it is to become. */
  | { readonly kind: 'early'; readonly signing: ScheduledKey; readonly dueAt: number }
  | {
      readonly kind: 'rotate'
      readonly signing: ScheduledKey
      readonly activeFrom: number
      readonly formerRetiredAt: number | null
    }

/** What a rotation has to do now. Pure, so that two that run at once, or one after a crash, come to the same. */
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
