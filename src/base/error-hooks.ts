import type { Claims } from './claims.js'
import { ERRORS, type ErrorCode, isErrorCode, OptionError } from './errors.js'
import { suggestName } from './nearest-name.js'

/** An error as a host's `errors` function sees it. */
export interface ErrorInfo {
  readonly code: ErrorCode
  readonly message: string
  /** As the response will have them, with `code` and `action`. */
  readonly extensions: Readonly<Record<string, unknown>>
  /** The path in the response. Undefined when the error concerns the whole request. */
  readonly path: readonly (string | number)[] | undefined
  /**
   * The header and the claims of the request's token. It may be expired, revoked or rejected, but its signature is
   * valid. Grant nothing by them. Null without a token, and for an invalid one.
   */
  readonly header: Readonly<Record<string, unknown>> | null
  readonly claims: Claims | null
}

/** What replaces the error's parts. Absent members stay. */
export interface ErrorChange {
  readonly message?: string
  /** Merged into `extensions`. `code` and `action` can't be changed, because clients depend on them. */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** 400 to 599. Used when the response has no data. Headers stay. */
  readonly status?: number
}

/** A synchronous function for each code whose text the host rewords. */
export type ErrorHooks = { readonly [Code in ErrorCode]?: (info: ErrorInfo) => ErrorChange | undefined }

/** @throws {OptionError} naming an unknown code, or a value that is no function. */
export function checkErrorHooks(errors: unknown): void {
  if (errors === undefined) return
  if (typeof errors !== 'object' || errors === null || Array.isArray(errors)) {
    throw new OptionError('errors', 'must be an object: a function for each code')
  }
  for (const [code, hook] of Object.entries(errors)) {
    if (!isErrorCode(code)) {
      const hint = suggestName(code, Object.keys(ERRORS), 'docs/errors.md lists them')
      throw new OptionError('errors', `${JSON.stringify(code)} is no code of ours; ${hint}`)
    }
    if (typeof hook !== 'function') throw new OptionError('errors', `${code} must be a function`)
  }
}
