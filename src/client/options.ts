import type { Clock } from '../base/clock.js'

export interface ClientOptions {
  /** The GraphQL endpoint. In a page, a path such as `/graphql` is enough. */
  url: string | URL
  /**
   * Where the tokens are kept. `body`: in memory, and gone when the page reloads. `cookie`: in cookies that no script can
   * read, which all tabs share.
   * @default 'body'
   */
  delivery?: 'body' | 'cookie'
  /** The refresh token of an earlier session, from the platform's secret storage. @default null */
  refreshToken?: string | null
  /** The name of the readable cookie with the `csrf` value. @default 'csrf_access_token' */
  csrfCookieName?: string
  /** The header that carries the `csrf` value. @default 'x-csrf-token' */
  csrfHeaderName?: string
  /** Sends the requests. @default globalThis.fetch */
  fetch?: typeof globalThis.fetch
  /** Gives the time; for tests. @default Date.now */
  clock?: Clock
}

const KNOWN: Readonly<Record<keyof ClientOptions, true>> = {
  url: true,
  delivery: true,
  refreshToken: true,
  csrfCookieName: true,
  csrfHeaderName: true,
  fetch: true,
  clock: true,
}

/**
 * Refuses a misspelt name, which would leave a default in force. That of `base/` needs a package, and the client has no
 * dependency.
 * @throws {TypeError} naming the option.
 */
export function refuseUnknownOptions(options: ClientOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(KNOWN, name))
  if (unknown === undefined) return
  const names = Object.keys(KNOWN).join(', ')
  throw new TypeError(`createClient: ${unknown} is no option; the options are ${names}`)
}
