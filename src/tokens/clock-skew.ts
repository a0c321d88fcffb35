import type { VerifyConfig } from '../base/options.js'

const MIN_AHEAD_SECONDS = 10

/** How far ahead of our clock a time in a token may be: another instance's may have been set a little later. */
export function aheadSecondsOf({ leewaySeconds }: Pick<VerifyConfig, 'leewaySeconds'>): number {
  return Math.max(MIN_AHEAD_SECONDS, leewaySeconds)
}
