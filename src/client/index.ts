export { type Action, AuthClientError } from './answer.js'
export { type AuthClient, type ClientOptions, type Credentials, createClient } from './client.js'
