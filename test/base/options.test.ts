import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/base/errors.js'
import { FORMER_NAMES, OPTION_TABLE, type OptionSpec } from '../../src/base/option-table.js'
import { optionsFromEnv } from '../../src/base/options-from-env.js'
import { resolveCookies, resolveLocations } from '../../src/base/resolve-locations.js'
import {
  resolveConnections,
  resolveDatabaseUrl,
  resolveFirstAdministrator,
  resolveKeyFolder,
  resolveKeys,
  resolveListen,
  resolveServer,
  resolveTokens,
  resolveVerify,
} from '../../src/base/resolve-options.js'
import { createAuthContext } from '../../src/context/index.js'
import { createSallyport } from '../../src/sallyport.js'

const TABLE: [string, OptionSpec<unknown>][] = Object.entries(OPTION_TABLE)

/** What the function throws; fails when that is no `OptionError`, or its message does not begin with its option. */
function refusalOf(run: () => unknown): OptionError {
  let thrown: unknown
  try {
    run()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(OptionError)
  const refusal = thrown as OptionError
  expect(refusal.message.startsWith(`${refusal.option}: `)).toBe(true)
  return refusal
}

const resolveAll = (options: object) =>
  [
    resolveVerify,
    resolveLocations,
    resolveCookies,
    resolveTokens,
    resolveServer,
    resolveDatabaseUrl,
    resolveFirstAdministrator,
    resolveListen,
    resolveConnections,
    resolveKeys,
    resolveKeyFolder,
  ].map((resolve) => resolve(options))

describe('options of a program', () => {
  test('nothing given, everything has its default', () => {
    expect(resolveTokens({})).toEqual({
      accessTtlSeconds: 900,
      refreshTtlSeconds: 2_592_000,
      sessionMaxAgeSeconds: null,
      maxSessions: 100,
      slidingThreshold: null,
      encodeIssuer: null,
      encodeAudiences: [],
      encodeNbf: true,
      reuseWindowSeconds: 30,
      checks: 'all',
      stale: 'deny',
      leewaySeconds: 0,
    })
    expect(resolveVerify({})).toMatchObject({ allowNoExpiry: false })
    expect(resolveLocations({})).toMatchObject({ order: ['headers', 'cookies'], headerName: 'authorization' })
    expect(resolveDatabaseUrl({ dataDir: 'here' })).toBe('file:here/sallyport.db')
    expect(resolveListen({})).toEqual({ port: 4000, host: 'localhost' })
    const connections = { keepAliveSeconds: 65, headersSeconds: 60, requestSeconds: 300 }
    expect(resolveConnections({})).toEqual({ ...connections, shutdownDelaySeconds: 0 })
    expect(resolveConnections({ production: true })).toMatchObject({ shutdownDelaySeconds: 3 })
  })

  test('F31: in production the database, or the folder of its file, must be given', () => {
    const refusal = refusalOf(() => resolveDatabaseUrl({ production: true }))
    expect(refusal).toMatchObject({ option: 'databaseUrl', message: expect.stringContaining('dataDir') })
    expect(resolveDatabaseUrl({})).toBe('file:data/sallyport.db')
    expect(resolveDatabaseUrl({ production: true, dataDir: 'here' })).toBe('file:here/sallyport.db')
    expect(resolveDatabaseUrl({ production: true, databaseUrl: 'file:x.db' })).toBe('file:x.db')
  })

  test.each(TABLE.filter(([, { kind }]) => 'problem' in kind.read({})).map(([name]) => name))(
    'an error about %s begins with its name',
    (name) => {
      expect(refusalOf(() => resolveAll({ [name]: {} })).option).toBe(name)
    },
  )

  test.each<[string, object]>([
    ['encodeIssuer', { issuer: ['a'], encodeIssuer: 'b' }],
    ['encodeAudience', { audience: ['a'], encodeAudience: ['b'] }],
    ['encodeAudience', { encodeAudience: 'b' }],
    ['allowNoExpiry', { accessTokenExpires: false, allowNoExpiry: false }],
    ['allowNoExpiry', { refreshTokenExpires: false, allowNoExpiry: false }],
  ])('%s is refused where we would refuse our own tokens: %j', (name, options) => {
    expect(refusalOf(() => resolveTokens(options)).option).toBe(name)
  })

  test.each<[string, object]>([
    ['sliding', { sliding: true, accessTokenExpires: false }],
    ['sessionMaxAge', { sliding: true, sessionMaxAge: false }],
  ])('%s is refused where tokens would slide never or for ever: %j', (name, options) => {
    expect(refusalOf(() => resolveTokens(options)).option).toBe(name)
  })

  test('P71 sliding is one switch: at half of a token’s life, for a week', () => {
    const week = { slidingThreshold: 0.5, sessionMaxAgeSeconds: 604_800 }
    expect(resolveTokens({ sliding: true })).toMatchObject(week)
    expect(resolveTokens(optionsFromEnv({ SLIDING: 'true' }))).toMatchObject(week)
    expect(
      resolveTokens(optionsFromEnv({ SLIDING: 'on', SLIDING_THRESHOLD: '.25', SESSION_MAX_AGE: '90d' })),
    ).toMatchObject({ slidingThreshold: 0.25, sessionMaxAgeSeconds: 7_776_000 })
  })

  test('tokens that never expire are accepted where ours are such', () => {
    expect(resolveVerify({ accessTokenExpires: false })).toMatchObject({ allowNoExpiry: true })
    expect(resolveTokens({ accessTokenExpires: false })).toMatchObject({ accessTtlSeconds: null })
  })

  test('an option that is none is refused, by its name', async () => {
    const slip: object = { acessTokenExpires: '15m' }
    await expect(createSallyport(slip)).rejects.toMatchObject({
      name: 'OptionError',
      option: 'acessTokenExpires',
      message: expect.stringMatching(/^acessTokenExpires: /),
    })
  })
})

describe('options of variables', () => {
  test('are those that are set, under the names of a program', () => {
    const env = {
      JWT_ACCESS_TOKEN_EXPIRES: '15m',
      PORT: '0',
      JWT_DECODE_AUDIENCE: 'a, b',
      PATH: '/bin',
      HOME: undefined,
    }
    expect(optionsFromEnv(env)).toEqual({ accessTokenExpires: '15m', port: 0, audience: ['a', 'b'] })
    expect(resolveTokens(optionsFromEnv(env))).toMatchObject({
      accessTtlSeconds: 900,
      encodeAudiences: ['a', 'b'],
    })
  })

  test('an empty one is not set, but the scheme of the header, which may be none', () => {
    const empty = Object.fromEntries(TABLE.map(([, { env }]) => [env, '']))
    expect(optionsFromEnv(empty)).toEqual({ headerType: '' })
    expect(optionsFromEnv({ JWT_NO_OPTION: '', JWT_AUTH_HEADER: undefined })).toEqual({})
  })

  const written = TABLE.filter(([, { kind }]) => 'problem' in kind.read(kind.fromText('\n')))
  test.each(written.map(([, { env }]) => env))('an error about %s begins with its name', (env) => {
    expect(refusalOf(() => optionsFromEnv({ [env]: '\n' })).option).toBe(env)
  })

  test('no two options have one variable', () => {
    expect(new Set(TABLE.map(([, { env }]) => env)).size).toBe(TABLE.length)
  })

  test('F24: an option that is almost one of ours is refused with the name that was meant', async () => {
    const message = 'accessTokenExpire: is no option; did you mean accessTokenExpires?'
    const slip = { accessTokenExpire: '15m' } as object
    await expect(createSallyport(slip)).rejects.toMatchObject({ option: 'accessTokenExpire', message })
    const refusal = refusalOf(() => createAuthContext({ audiance: 'shop' } as object))
    expect(refusal.message).toBe('audiance: is no option; did you mean audience?')
    expect(refusalOf(() => createAuthContext({ other: 1 } as object)).message).toMatch(/docs\/options\.md/)
  })

  test('a JWT_ variable that is no option is refused; others are none of ours', () => {
    const refusal = refusalOf(() => optionsFromEnv({ JWT_ACCES_TOKEN_EXPIRES: '15m' }))
    expect(refusal.option).toBe('JWT_ACCES_TOKEN_EXPIRES')
    expect(optionsFromEnv({ SOMETHING_ELSE: 'x', jwt_lower: 'x' })).toEqual({})
  })

  test.each([
    ['JWT_AUTH_HEADER', 'JWT_HEADER_NAME'],
    ['JWT_AUTH_HEADER_PREFIX', 'JWT_HEADER_TYPE'],
    ['JWT_AUTH_URL_RULE', 'GRAPHQL_ENDPOINT'],
    ['JWT_AUTH_USERNAME_KEY', 'LoginInput'],
    ['JWT_EXPIRATION_DELTA', 'JWT_ACCESS_TOKEN_EXPIRES'],
    ['JWT_BLACKLIST_ENABLED', 'BLOCKLIST_CHECKS'],
    ['JWT_BLACKLIST_CHECKS', 'BLOCKLIST_CHECKS'],
    ['JWT_BLACKLIST_STORE', 'DATABASE_URL'],
    ['JWT_CSRF_CHECK_FORM', 'a form is never accepted'],
  ])('P08 %s is refused, and the error names %s', (then, today) => {
    const refusal = refusalOf(() => optionsFromEnv({ [then]: 'x' }))
    expect(refusal.option).toBe(then)
    expect(refusal.message).toContain(today)
  })

  test('P08 what a former name is today is an option, and no former name is', () => {
    const variables = TABLE.map(([, { env }]) => env)
    for (const [then, today] of Object.entries(FORMER_NAMES)) {
      expect(variables).not.toContain(then)
      if (/^[A-Z_]+$/.test(today)) expect(variables).toContain(today)
    }
  })
})
