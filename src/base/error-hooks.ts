import type { Claims } from './claims.js'
import { type ErrorCode, isErrorCode, OptionError } from './errors.js'

/** What an error is about, for a host's own words. */
export interface ErrorInfo {
  readonly code: ErrorCode
  readonly message: string
  /** As the answer is going to have them; `code` and `action` among them. */
  readonly extensions: Readonly<Record<string, unknown>>
  /** Where in the answer it stands; undefined for the whole. */
  readonly path: readonly (string | number)[] | undefined
  /**
   * The header and the claims of the request's token, also of one that is expired, revoked or rejected: the signature and
   * every other claim hold. They grant nothing. Null without a token, and for one that is not genuine.
   */
  readonly header: Readonly<Record<string, unknown>> | null
  readonly claims: Claims | null
}

/** What becomes of it; what is left out stays. */
export interface ErrorChange {
  readonly message?: string
  /** Further ones; `code` and `action` are the catalogue's, so that clients can follow them. */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** From 400 to 599; counts where the answer has no data. Headers stay as they are. */
  readonly status?: number
}

/** A function for each code that is to be said in other words; synchronous. */
export type ErrorHooks = { readonly [Code in ErrorCode]?: (info: ErrorInfo) => ErrorChange | undefined }

/** Throws `OptionError` naming what is no code, or no function. */
export function checkErrorHooks(errors: unknown): void {
  if (errors === undefined) return
  if (typeof errors !== 'object' || errors === null || Array.isArray(errors)) {
    throw new OptionError('errors', 'must be an object: a function for each code')
  }
  for (const [code, hook] of Object.entries(errors)) {
    if (!isErrorCode(code)) throw new OptionError('errors', `${JSON.stringify(code)} is no code of ours`)
    if (typeof hook !== 'function') throw new OptionError('errors', `${code} must be a function`)
  }
}
