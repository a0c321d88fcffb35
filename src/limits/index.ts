/** The limits of documents, for any GraphQL server, with or without the guard. Imports graphql alone. */
export { OptionError } from '../base/errors.js'
export { checkDocument } from './check-document.js'
export type { LimitOptions } from './limit-options.js'
export { limitsRule } from './limits-rule.js'
export { type LimitsPlugin, useLimits } from './use-limits.js'
