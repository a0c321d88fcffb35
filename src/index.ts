export type { ExternalIdentity } from './accounts/external.js'
export type { Claims } from './base/claims.js'
export type { Clock } from './base/clock.js'
export { AuthError, type ErrorAction, type ErrorCode, OptionError } from './base/errors.js'
export type { Identity } from './base/identity.js'
export type { Logger } from './base/logger.js'
export type {
  Algorithm,
  Duration,
  KeyOptions,
  ListenOptions,
  ServerOptions,
  TokenOptions,
  VerifyOptions,
} from './base/options.js'
export { type EnvironmentOptions, optionsFromEnv } from './base/options-from-env.js'
export type { AuthContext } from './context/index.js'
export type { ServerContext } from './graphql/services.js'
export { createSallyport, type Sallyport, type SallyportOptions } from './sallyport.js'
export type { HostSessions, HostTokens } from './services.js'
