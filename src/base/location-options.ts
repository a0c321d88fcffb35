/** Where a token may stand in a request. The names are those of Flask-JWT-Extended. */
export type TokenPlace = 'headers' | 'cookies' | 'query_string' | 'json'

/** Where a token is looked for in a request. */
export interface LocationOptions {
  /**
   * Where a token is looked for, in this order: `headers`, `cookies`, `query_string`, `json`. The first that holds
   * anything decides, a bad token too. `createAuthContext` looks in the header alone unless it is told otherwise.
   */
  locations?: TokenPlace | readonly TokenPlace[]
  /** The request header that has the token. */
  headerName?: string
  /** The scheme before the token in the header, in any case. Empty: the header is the token alone. */
  headerType?: string
  /** The parameter of the query string that has the token. It ends up in logs: for links of a short life only. */
  queryStringName?: string
  /** What stands before the token in that parameter, such as `Bearer `. */
  queryStringValuePrefix?: string
  /** The member of the JSON body, beside `query`, that has the access token. */
  jsonKey?: string
  /** The cookie that has the access token. By default `access_token_cookie`, in production as `__Host-access_token_cookie`. */
  accessCookieName?: string
  /** Whether a cookie's token counts only with the `csrf` of its claims in a request header (double submit). */
  cookieCsrfProtect?: boolean
  /** The methods by which that is demanded. Over GET a cookie serves queries, and nothing else. */
  csrfMethods?: string | readonly string[]
  /** The request header that has the `csrf` value, for an access token. */
  accessCsrfHeaderName?: string
}

/** How cookies are handed out, to a `login` that asks for `delivery: COOKIE`. */
export interface CookieOptions {
  /** The member of the JSON body that has the refresh token. */
  refreshJsonKey?: string
  /**
   * The cookie that has the refresh token. By default `refresh_token_cookie`. In production the names of both get the
   * prefix `__Host-`, or `__Secure-` where a domain or another path than `/` is given.
   */
  refreshCookieName?: string
  /** The path of the access token's cookie. */
  accessCookiePath?: string
  /** The path of the refresh token's cookie. By default `endpoint`, or `/` where the name begins with `__Host-`. */
  refreshCookiePath?: string
  /** The domain of all cookies, which its subdomains share. By default none: the host alone. */
  cookieDomain?: string
  /** The domains that `cookieDomain` had before: login, refresh and logout delete the cookies that browsers keep for them. */
  formerCookieDomains?: string | readonly string[]
  /** Whether cookies go over https only. By default in production, where it must be so. */
  cookieSecure?: boolean
  /** To what requests of other sites cookies go along: `Strict`, `Lax` or `None`. */
  cookieSameSite?: 'Strict' | 'Lax' | 'None'
  /** Whether cookies end with the browser's session. If not, with the refresh token, and so after the access token. */
  sessionCookie?: boolean
  /** Whether the `csrf` value is handed out in cookies that scripts can read, besides `csrfToken` of the answer. */
  csrfInCookies?: boolean
  /** The request header that has the `csrf` value, for a refresh token. */
  refreshCsrfHeaderName?: string
  /** The readable cookie beside the access token's. */
  accessCsrfCookieName?: string
  /** The readable cookie beside the refresh token's. Both hold the same value, one a session. */
  refreshCsrfCookieName?: string
  /** The path of the readable cookie beside the access token's. */
  accessCsrfCookiePath?: string
  /** The path of the readable cookie beside the refresh token's. */
  refreshCsrfCookiePath?: string
}

/** Where one sort of token stands. */
export interface TokenPlaces {
  readonly jsonKey: string
  readonly cookieName: string
  /** Lower case. */
  readonly csrfHeader: string
  /** The readable cookie beside it. */
  readonly csrfCookieName: string
}

/** `LocationOptions`, resolved. */
export interface LocationConfig {
  readonly order: readonly TokenPlace[]
  /** Lower case. */
  readonly headerName: string
  readonly headerType: string
  readonly queryStringName: string
  readonly queryStringValuePrefix: string
  /** The members of a body that may hold a token; none unless `json` is among the places. */
  readonly bodyTokens: readonly string[]
  /** Upper case; empty: no proof is demanded of a cookie. */
  readonly csrfMethods: ReadonlySet<string>
  readonly access: TokenPlaces
  readonly refresh: TokenPlaces
}

/** A cookie of one sort of token, and the readable one beside it. */
export interface TokenCookie {
  readonly name: string
  readonly path: string
  readonly csrfName: string
  readonly csrfPath: string
}

/** `CookieOptions`, resolved. */
export interface CookieConfig {
  readonly domain: string | undefined
  readonly formerDomains: readonly string[]
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax' | 'none'
  readonly endWithBrowser: boolean
  readonly csrfProtect: boolean
  readonly csrfInCookies: boolean
  readonly access: TokenCookie
  readonly refresh: TokenCookie
}
