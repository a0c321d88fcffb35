import type { Authenticate, SubjectOf } from './accounts/external.js'
import { refuseNoFunctions, refuseUnknownOptions } from './base/check-options.js'
import { checkErrorHooks, type ErrorHooks } from './base/error-hooks.js'
import { OPTION_TABLE } from './base/option-table.js'
import type { Load, ReadGrants } from './context/index.js'
import type { KeyFunctions } from './keys/key-functions.js'
import type { ClaimsLoader, HeadersLoader } from './sessions/sign.js'
import type { HostChecks } from './tokens/host-checks.js'

/** Functions of the host's own, in place of ours or beside them. */
export interface Hooks extends HostChecks {
  /**
   * Checks the password in place of our account table, as Flask-JWT's `authenticate`. Sign-up and the fields that need
   * a password of ours are off then.
   */
  readonly authenticate?: Authenticate
  /** Loads the user of `context.user()` and `me`. Null: `USER_NOT_FOUND`. By default the account, as a `PublicUser`. */
  readonly loadUser?: Load<unknown>
  /**
   * Further claims of every access token of a user, and of what `tokens.issueAccess` and `tokens.issueRefresh` issue. May not set
   * one that Sallyport sets itself. With `authenticate` the user has, at a login, also what that returned; at every refresh,
   * sliding included, only what is kept here: `id` (the `sub`) and `roles`. What JSON would drop or change, such as `undefined`,
   * NaN or a Map, fails, and the log names it: `claims.permissions[2] is a function`. Nothing is written then.
   */
  readonly claims?: ClaimsLoader
  /**
   * Further header parameters of every token of a user, in ASCII. May not set one that Sallyport sets itself. Gets the same user
   * as `claims`, and fails alike.
   */
  readonly headers?: HeadersLoader
  /** Returns `sub` for a user of `authenticate` or `tokens.issueAccess`. By default their `id`. */
  readonly subjectOf?: SubjectOf
  /**
   * Returns the roles and scopes of a token that has them in other claims than `roles` and `scope`. When it throws, or
   * returns anything but lists of text, the token is refused with `CLAIMS_REJECTED`.
   */
  readonly grants?: ReadGrants
  /**
   * Keys that the host chooses for each token, for example one for each tenant, in place of every other key.
   * `find(header, claims)` returns the keys that may have signed a token, `sign(subject)` the key that signs the tokens of
   * this subject. `createKey` makes them. Header and claims of `find` are not verified. Every signature is verified at
   * every request, so a key may be withdrawn at any time.
   */
  readonly keys?: KeyFunctions
  /**
   * Changes the errors of a code: a function of `{ code, message, extensions, path, header, claims }` that returns
   * `{ message, extensions, status }`, or some of them. `code`, `action` and headers stay. It is synchronous. When it fails,
   * the client gets the unchanged error, and the log reports it. An error in an open stream has no status.
   */
  readonly errors?: ErrorHooks
}

/** The names of those that are functions. */
export const HOOKS = [
  'authenticate',
  'loadUser',
  'claims',
  'headers',
  'subjectOf',
  'grants',
  'isRevoked',
  'verifyClaims',
] as const

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(OPTION_TABLE),
  ...HOOKS,
  'errors',
  'keys',
  'typeDefs',
  'resolvers',
  'disabledFields',
  'clock',
  'logger',
])

/** Throws `OptionError` for an option that nobody reads, and for a hook that is no function. */
export function checkHostOptions(options: Hooks): void {
  refuseUnknownOptions(options, KNOWN)
  refuseNoFunctions(options, HOOKS)
  checkErrorHooks(options.errors)
}
