import type { VerifyConfig } from '../base/options.js'

const MIN_AHEAD_SECONDS = 10

/** How many seconds a time in a token may be ahead of our clock: another instance's clock may be slightly ahead. */
export function aheadSecondsOf({ leewaySeconds }: Pick<VerifyConfig, 'leewaySeconds'>): number {
  return Math.max(MIN_AHEAD_SECONDS, leewaySeconds)
}
