import { type HttpAnswer, REALM, rebuildError } from '../base/graphql-error.js'
import type { RewordError } from './reword-errors.js'

/** Puts the configured realm into the challenge of an error, in place of the usual one. */
export function withRealm(realm: string, reword: RewordError): RewordError {
  if (realm === REALM) return reword
  return (given, context) => {
    const error = reword(given, context)
    const http = error.extensions.http as HttpAnswer | undefined
    const challenge = http?.headers?.['WWW-Authenticate']
    if (http === undefined || challenge === undefined) return error
    const own = challenge.replace(`realm="${REALM}"`, () => `realm="${realm}"`)
    const headers = { ...http.headers, 'WWW-Authenticate': own }
    const extensions = { ...error.extensions, http: { ...http, headers } }
    return rebuildError(error, { message: error.message, extensions })
  }
}
