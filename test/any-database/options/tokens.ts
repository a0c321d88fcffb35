import { claimsOf, slide } from '../../support/slide.js'
import { createTestClock } from '../../support/test-clock.js'
import { type OptionRows, over, type See } from './row.js'

type Kind = 'accessToken' | 'refreshToken'

/** What a new user's token says. */
const said =
  (kind: Kind, read: (claims: Readonly<Record<string, unknown>>) => unknown): See =>
  async (server) =>
    read(claimsOf(server, (await server.signUp())[kind]))

const life = (kind: Kind) => said(kind, ({ iat, exp }) => Number(exp) - Number(iat))

/** Whether a token slides that is past half of its life. */
const slides: See = async (server) => {
  const { accessToken } = await server.signUp()
  server.clock.advance(500)
  return (await slide(server, accessToken)) !== null
}

/** A clock on which whatever was loaded is too old at the next look. */
function hastyClock() {
  let elapsed = 0
  return Object.assign(createTestClock(), { elapsed: () => (elapsed += 40_000) })
}

export const TOKENS: OptionRows = {
  accessTokenExpires: { value: '1m', observe: over(life('accessToken')), usual: 900, flipped: 60 },
  refreshTokenExpires: {
    value: '1d',
    observe: over(life('refreshToken')),
    usual: 30 * 86_400,
    flipped: 86_400,
  },
  maxSessions: {
    value: 1,
    observe: over(async (server) => {
      const { username, accessToken } = await server.signUp()
      await server.logIn(username)
      return server.judge(accessToken)
    }),
    usual: 'ok',
    flipped: 'TOKEN_REVOKED',
  },
  sessionMaxAge: { value: '1h', observe: over(life('refreshToken')), usual: 30 * 86_400, flipped: 3600 },
  sliding: { value: true, observe: over(slides), usual: false, flipped: true },
  slidingThreshold: { value: 0.9, observe: over(slides, { sliding: true }), usual: true, flipped: false },
  encodeIssuer: {
    value: 'https://b.example',
    observe: over(
      said('accessToken', ({ iss }) => iss),
      { issuer: ['https://a.example', 'https://b.example'] },
    ),
    usual: 'https://a.example',
    flipped: 'https://b.example',
  },
  encodeAudience: {
    value: 'web',
    observe: over(
      said('accessToken', ({ aud }) => aud),
      { audience: ['api', 'web'] },
    ),
    usual: ['api', 'web'],
    flipped: 'web',
  },
  encodeNbf: {
    value: false,
    observe: over(said('accessToken', (claims) => 'nbf' in claims)),
    usual: true,
    flipped: false,
  },
  refreshReuseWindow: {
    value: 0,
    observe: over(async (server) => {
      const { refreshToken } = await server.signUp()
      const answers = [await server.refresh(refreshToken), await server.refresh(refreshToken)]
      return answers.map(({ code }) => code ?? 'ok')
    }),
    usual: ['ok', 'ok'],
    flipped: ['ok', 'REFRESH_REUSED'],
  },
  blocklistChecks: {
    value: 'none',
    observe: over(async (server) => {
      const { accessToken } = await server.signUp()
      await server.ask('mutation { logout { ended } }', { token: accessToken })
      return server.judge(accessToken)
    }),
    usual: 'TOKEN_REVOKED',
    flipped: 'ok',
  },
  staleRevocations: {
    value: 'allow',
    observe: (options) =>
      over(async (server) => server.judge((await server.signUp()).accessToken))({
        clock: hastyClock(),
        ...options,
      }),
    usual: 'UNAVAILABLE',
    flipped: 'ok',
  },
}
