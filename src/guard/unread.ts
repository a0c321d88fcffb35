import { AuthError } from '../base/errors.js'

/** Somebody added it to the schema afterwards, and nobody knows what it demands. */
export function refuseUnread(coordinate: string): never {
  const cause = new Error(`${coordinate}: came into the schema after it was guarded; guard the whole schema`)
  throw new AuthError('INTERNAL_SERVER_ERROR', { cause })
}
