export { type AuthClient, type Credentials, createClient } from './client.js'
export type { ClientOptions } from './options.js'
export { type Action, AuthClientError } from './response.js'
