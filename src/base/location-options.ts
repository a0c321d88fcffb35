/** A place in a request that may hold a token. The names are those of Flask-JWT-Extended. */
export type TokenPlace = 'headers' | 'cookies' | 'query_string' | 'json'

/** Where the server looks for tokens. */
export interface LocationOptions {
  /**
   * The places to look for a token, in this order: `headers`, `cookies`, `query_string`, `json`. The first place that
   * has anything decides, even if its token is invalid. By default `createAuthContext` looks in the header alone.
   */
  locations?: TokenPlace | readonly TokenPlace[]
  /** The request header with the token. */
  headerName?: string
  /** The scheme before the token in the header, in any case. Empty: the header is the token alone. */
  headerType?: string
  /** The query parameter with the token. URLs end up in logs, so use it for short-lived links only. */
  queryStringName?: string
  /** The text before the token in that parameter, for example `Bearer `. */
  queryStringValuePrefix?: string
  /** The member of the JSON body, beside `query`, with the access token. */
  jsonKey?: string
  /** The cookie with the access token. By default `access_token_cookie`, in production `__Host-access_token_cookie`. */
  accessCookieName?: string
  /** Whether a token in a cookie counts only if a request header has its `csrf` claim (double submit). */
  cookieCsrfProtect?: boolean
  /** The HTTP methods that require the `csrf` value. Over GET a cookie serves queries alone. */
  csrfMethods?: string | readonly string[]
  /** The request header with the `csrf` value, for an access token. */
  accessCsrfHeaderName?: string
}

/** The cookies that a `login` with `delivery: COOKIE` sets. */
export interface CookieOptions {
  /** The member of the JSON body with the refresh token. */
  refreshJsonKey?: string
  /**
   * The cookie with the refresh token. By default `refresh_token_cookie`. In production both names get the prefix
   * `__Host-`, or `__Secure-` if you set a domain or another path than `/`.
   */
  refreshCookieName?: string
  /** The path of the access token's cookie. */
  accessCookiePath?: string
  /** The path of the refresh token's cookie. By default `endpoint`, or `/` if the name begins with `__Host-`. */
  refreshCookiePath?: string
  /**
   * The domain of all cookies, shared with its subdomains. By default there is none: the cookies are the host's alone.
   */
  cookieDomain?: string
  /** Former values of `cookieDomain`. Login, refresh and logout delete the cookies that browsers keep for them. */
  formerCookieDomains?: string | readonly string[]
  /** Whether cookies are sent over https alone. By default in production, where it can't be turned off. */
  cookieSecure?: boolean
  /** Which requests from other sites carry the cookies: `Strict`, `Lax` or `None`. */
  cookieSameSite?: 'Strict' | 'Lax' | 'None'
  /** Whether cookies end with the browser's session. If not, they end with the refresh token. */
  sessionCookie?: boolean
  /** Whether the `csrf` value is also set in cookies that scripts can read, besides `csrfToken` of the response. */
  csrfInCookies?: boolean
  /** The request header with the `csrf` value, for a refresh token. */
  refreshCsrfHeaderName?: string
  /** The readable cookie beside the access token's. */
  accessCsrfCookieName?: string
  /** The readable cookie beside the refresh token's. Both hold the same value, one for each session. */
  refreshCsrfCookieName?: string
  /** The path of the readable cookie beside the access token's. */
  accessCsrfCookiePath?: string
  /** The path of the readable cookie beside the refresh token's. */
  refreshCsrfCookiePath?: string
}

/** The places of one token type. */
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
  /** The members of a body that may hold a token. Empty unless `json` is among the places. */
  readonly bodyTokens: readonly string[]
  /** Upper case; empty: no proof is demanded of a cookie. */
  readonly csrfMethods: ReadonlySet<string>
  readonly access: TokenPlaces
  readonly refresh: TokenPlaces
}

/** The cookie of one token type, and the readable one beside it. */
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
