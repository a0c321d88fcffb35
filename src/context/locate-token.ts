import type { TokenType } from '../base/claims.js'
import type { LocationConfig, TokenPlace } from '../base/location-options.js'
import { locateInBody } from './locate-in-body.js'
import { locateInCookie } from './locate-in-cookie.js'
import { locateInHeader } from './locate-in-header.js'
import { locateInQuery } from './locate-in-query.js'
import { type LocateToken, NONE } from './located.js'

/**
 * Looks for a token of this type in each location in turn. The first location that has anything decides. A bad token
 * does not fall through to the next location: otherwise an attacker who can write one location could choose between two
 * tokens.
 */
export function createLocator(config: LocationConfig, type: TokenType): LocateToken {
  const places = config[type]
  const otherPlaces = config[type === 'access' ? 'refresh' : 'access']
  const create: Record<TokenPlace, () => LocateToken> = {
    headers: () => locateInHeader(config.headerName, config.headerType),
    cookies: () => locateInCookie(places, otherPlaces, config.csrfMethods),
    query_string: () => locateInQuery(config.queryStringName, config.queryStringValuePrefix),
    json: () => locateInBody(places.jsonKey),
  }
  const locations = config.order.map((place) => create[place]())
  return (source) => {
    let nothing = NONE
    for (const locate of locations) {
      const found = locate(source)
      if (found.kind !== 'none') return found
      if (found.hint !== undefined) nothing = found
    }
    return nothing
  }
}
