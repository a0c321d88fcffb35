import { foreign, type OptionRows, over, type See, sign } from './row.js'

const whoami =
  (changes: (now: number) => object): See =>
  async (server) =>
    (await server.ask('{ whoami { subject fresh } }', { token: sign(server, changes) })).data.whoami

export const VERIFICATION: OptionRows = {
  issuer: { value: 'https://us.example', observe: over(foreign()), usual: 'ok', flipped: 'TOKEN_INVALID' },
  audience: {
    value: 'api',
    observe: over(foreign(() => ({ aud: 'api' }))),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
  leeway: {
    value: '30s',
    observe: over(foreign((now) => ({ exp: now - 29 }))),
    usual: 'TOKEN_EXPIRED',
    flipped: 'ok',
  },
  identityClaim: {
    value: 'identity',
    observe: over(whoami(() => ({ identity: 'adam' }))),
    usual: { subject: 'eve', fresh: false },
    flipped: { subject: 'adam', fresh: false },
  },
  verifySubject: {
    value: false,
    observe: over(foreign(() => ({ sub: 42 }))),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
  allowNoExpiry: {
    value: true,
    observe: over(foreign(() => ({ exp: undefined }))),
    usual: 'TOKEN_INVALID',
    flipped: 'ok',
  },
  freshFor: {
    value: '2h',
    observe: over(whoami((now) => ({ auth_time: now - 3600 }))),
    usual: { subject: 'eve', fresh: false },
    flipped: { subject: 'eve', fresh: true },
  },
}
