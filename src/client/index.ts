export { type AuthClient, type ClientOptions, type Credentials, createClient } from './client.js'
export { type Action, AuthClientError } from './response.js'
