import { hostileClaims } from './hostile-claims.js'
import { hostileForms } from './hostile-forms.js'
import { hostileHeaders } from './hostile-headers.js'
import type { HostileToken, Target } from './hostile-row.js'

export type { HostileToken, Target } from './hostile-row.js'

/** Every case of G70 that needs no key but the secret. */
export function hostileTokens(target: Target): HostileToken[] {
  return [...hostileClaims(target), ...hostileHeaders(target), ...hostileForms(target)]
}
