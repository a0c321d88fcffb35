import { OptionError } from '../base/errors.js'

/** The hooks and fields that need our own accounts. */
const ACCOUNT_FIELDS = ['signup', 'reauthenticate', 'changePassword', 'deleteAccount'].map(
  (field) => `Mutation.${field}`,
)

/**
 * Returns the root fields that can't work.
 * @throws {OptionError} for a hook that would then never be called.
 */
export function impossibleFields(
  canSign: boolean,
  hooks: { readonly authenticate?: unknown; readonly claims?: unknown; readonly headers?: unknown },
): readonly string[] {
  const { authenticate, claims, headers } = hooks
  if (canSign) return authenticate === undefined ? [] : ACCOUNT_FIELDS
  for (const [name, hook] of Object.entries({ authenticate, claims, headers })) {
    if (hook !== undefined)
      throw new OptionError(name, 'needs a key that signs: secret, privateKey or keysDir')
  }
  return ['Mutation.login', ...ACCOUNT_FIELDS]
}
