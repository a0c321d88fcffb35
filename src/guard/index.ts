/** The guard: `@auth` and `@fresh` for any schema. Reaches graphql and graphql-tools only. */
export { AuthError, type ErrorAction, type ErrorCode, OptionError } from '../base/errors.js'
export { type DirectiveNames, type GuardDirective, guardTypeDefs } from './directives.js'
export { guardSchema } from './guard-schema.js'
export type { GuardOptions } from './options.js'
export type { Policy } from './policies.js'
export { GuardSchemaError, type Unmarked } from './requirements.js'
export type { Viewer, ViewerKind } from './viewer.js'
export { type GuardPlugin, useGuard } from './yoga.js'
