import type { GraphQLError } from 'graphql'
import { ERRORS } from '../base/errors.js'
import { rebuildError } from '../base/graphql-error.js'
import type { LocationConfig, TokenPlace } from '../base/location-options.js'
import { type AuthContext, type RequestSource, readHeader } from '../context/index.js'
import type { RewordError } from './reword-errors.js'

/**
 * Says to an anonymous caller why no token was found, or where to send one if that is not the usual header. The host's own
 * words come after.
 */
export function withHint(
  { order, headerName, headerType, ...names }: LocationConfig,
  reword: RewordError,
): RewordError {
  const described: Record<TokenPlace, string> = {
    headers: `in the header "${headerName}" as "${`${headerType} <token>`.trimStart()}"`,
    cookies: `in the cookie "${names.access.cookieName}"`,
    query_string: `in the parameter "${names.queryStringName}"`,
    json: `in the member "${names.access.jsonKey}" of the body`,
  }
  const isUsual =
    order.includes('headers') &&
    `${headerName} ${headerType}`.toLowerCase() === 'authorization bearer' &&
    names.access.cookieName.endsWith('access_token_cookie')
  const missing = `there is no token ${order.map((place) => described[place]).join(', nor ')}`

  function addHint(error: GraphQLError, context: Partial<AuthContext> & RequestSource): GraphQLError {
    const { identity } = context
    if (identity?.kind !== 'anonymous' || error.extensions.code !== 'UNAUTHENTICATED') return error
    // A header with other credentials is not missing.
    const isMissing =
      !isUsual &&
      error.message === ERRORS.UNAUTHENTICATED.message &&
      readHeader(context, headerName).length === 0
    const hint = identity.hint ?? (isMissing ? missing : undefined)
    if (hint === undefined) return error
    const message = `You must be logged in: ${hint}.`
    return rebuildError(error, { message, extensions: error.extensions })
  }
  return (error, context) => reword(addHint(error, context), context)
}
