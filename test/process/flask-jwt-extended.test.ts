import process from 'node:process'
import { describe, expect, inject, test, vi } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { openBrowser } from './flask/browser.js'
import { CASES, isBearers } from './flask/cases.js'
import { MISSING } from './flask/find-flask.js'
import { SECRET, startFlask, takeSettings, type Variables } from './flask/start-both.js'
import { PASSWORD } from './start-process.js'
import { askServer } from './start-server.js'

const CLAIMS = '{ claims }'
const REFRESH = 'mutation { refresh { accessToken csrfToken } }'
const LOGOUT = 'mutation { logout { ended } }'
/** For the role `admin`. */
const USERS = '{ users { nodes { id } } }'
/** Under `@fresh`. */
const DELETE = 'mutation { deleteAccount }'
const ADD_ADA = ['user', 'add', '--id', '1', '--username', 'ada', '--role', 'staff']
/** As long as a loaded machine may take; it is polled. */
const SOON = { timeout: 20_000, interval: 50 }

function loginDocument(delivery: 'BODY' | 'COOKIE'): string {
  const input = `{ username: "ada", password: "${PASSWORD}", delivery: ${delivery} }`
  return `mutation { login(input: ${input}) { accessToken refreshToken } }`
}

async function logIn(endpoint: string): Promise<{ accessToken: string; refreshToken: string }> {
  const { data, code } = await askServer(endpoint, loginDocument('BODY'))
  expect(code).toBeUndefined()
  return data.login
}

/** An authentic token with another signature. */
function tamper(token: string): string {
  return token.replace(/.{8}$/, 'AAAAAAAA')
}

test('where there is no Flask, CI fails', () => {
  const isTested = inject('flaskPython') !== null || process.env.CI !== 'true'
  expect(isTested, MISSING).toBe(true)
})

describe.skipIf(inject('flaskPython') === null)('P80 a real Flask service is moved by the page', () => {
  test.each(CASES)(
    '$what: a token of either is good at the other',
    async ({ settings, carry = isBearers, claims = {} }) => {
      const flask = await startFlask(settings)
      expect(await flask.run(ADD_ADA, PASSWORD)).toMatchObject({
        code: 0,
        stdout: 'Made user 1 (staff).\n',
      })
      const endpoint = await flask.startSallyport()
      const ask = async (query: string, token: string) => {
        const { search = '', headers, member } = carry(token)
        const response = await fetch(`${endpoint}${search}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query, ...member }),
        })
        const { data, errors } = await response.json()
        return { data, code: errors?.[0].extensions.code }
      }

      const theirs = await flask.logIn()
      const { data } = await ask('{ claims me { id username roles } }', theirs.access_token)
      expect(data.claims).toMatchObject({ sub: '1', type: 'access', fresh: true, tenant: 'acme', ...claims })
      expect(data.me).toEqual({ id: '1', username: 'ada', roles: ['staff'] })
      expect((await ask(CLAIMS, tamper(theirs.access_token))).code).toBe('TOKEN_INVALID')
      expect((await ask(CLAIMS, theirs.refresh_token)).code).toBe('TOKEN_INVALID')
      expect((await ask(REFRESH, theirs.refresh_token)).code).toBe('SESSION_ENDED')

      const ours = await logIn(endpoint)
      const { search = '', headers, member } = carry(ours.accessToken)
      const answer = await flask.ask(`/protected${search}`, { method: 'POST', headers, body: { ...member } })
      expect(answer).toMatchObject({ status: 200, body: { username: 'ada' } })
      const again = carry(ours.refreshToken)
      const refreshed = await flask.ask(`/refresh${again.search ?? ''}`, {
        method: 'POST',
        headers: again.headers,
        body: { ...again.member },
      })
      expect(refreshed.status).toBe(200)
      expect((await ask(CLAIMS, refreshed.body.access_token)).data.claims).toMatchObject({
        sub: '1',
        fresh: false,
      })
    },
  )

  test('freshness, expiry, roles and what was revoked hold of their tokens as they do there', async () => {
    const flask = await startFlask({ JWT_DECODE_LEEWAY: 3_600 })
    await flask.run(ADD_ADA, PASSWORD)
    const endpoint = await flask.startSallyport()
    const codeOf = async (query: string, token: string) => (await askServer(endpoint, query, token)).code
    const [notFresh, freshForATime, over, justOver, ofBob, named, whole] = await Promise.all([
      flask.logIn({ fresh: -1 }),
      flask.logIn({ fresh: 600 }),
      flask.logIn({ life: -7_200 }),
      flask.logIn({ life: -60 }),
      flask.logIn({ username: 'bob' }),
      flask.logIn(),
      flask.logIn(),
    ])
    expect(await codeOf(DELETE, notFresh.access_token)).toBe('FRESH_REQUIRED')
    for (const [path, init] of [
      ['/recent', { method: 'POST', ...isBearers(notFresh.access_token) }],
      ['/protected', isBearers(over.access_token)],
    ] as const) {
      expect((await flask.ask(path, init)).status).toBe(401)
    }
    expect(await codeOf(CLAIMS, over.access_token)).toBe('TOKEN_EXPIRED')
    expect((await flask.ask('/protected', isBearers(justOver.access_token))).status).toBe(200)
    expect(await codeOf(CLAIMS, justOver.access_token)).toBeUndefined()
    expect(await codeOf(USERS, justOver.access_token)).toBeUndefined()
    expect(await codeOf(USERS, ofBob.access_token)).toBe('FORBIDDEN')
    expect(await codeOf(CLAIMS, 'garbage')).toBe('TOKEN_INVALID')

    const { data } = await askServer(endpoint, CLAIMS, named.access_token)
    const unknown = await flask.run(['token', 'revoke', data.claims.jti])
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    const { stdout } = await flask.run(['token', 'revoke', '--foreign', data.claims.jti])
    expect(stdout).toBe(`Revoked: foreign token ${data.claims.jti}.\n`)
    const revoked = await flask.run(['token', 'revoke', '--json'], whole.access_token)
    expect(JSON.parse(revoked.stdout)).toMatchObject({ type: 'access', userId: '1', revokedReason: 'admin' })
    for (const token of [named.access_token, whole.access_token]) {
      await vi.waitFor(async () => expect(await codeOf(CLAIMS, token)).toBe('TOKEN_REVOKED'), SOON)
    }

    const ended = await askServer(endpoint, LOGOUT, notFresh.access_token)
    expect(ended.data.logout).toEqual({ ended: true })
    expect(await codeOf(CLAIMS, notFresh.access_token)).toBe('TOKEN_REVOKED')
    expect(await askServer(endpoint, DELETE, freshForATime.access_token)).toMatchObject({ status: 200 })
  })

  test('a browser stays logged in with their cookies, and keeps one of each name whoever logs it in', async () => {
    // In production, where by default ours have another name.
    const flask = await startFlask({
      ...{ JWT_TOKEN_LOCATION: ['headers', 'cookies'], JWT_COOKIE_SECURE: true },
      JWT_ACCESS_CSRF_COOKIE_NAME: 'shop_csrf',
    })
    await flask.run(ADD_ADA, PASSWORD)
    const endpoint = await flask.startSallyport({ env: { NODE_ENV: 'production' } })
    const browser = openBrowser()
    const ask = async (query: string, csrf: string | null = 'shop_csrf') => {
      const { status, body } = await browser.post(endpoint, { query }, { csrf })
      return { status, data: body.data, code: body.errors?.[0].extensions.code }
    }
    await browser.post(`${flask.url}/login`, { username: 'ada', password: PASSWORD })
    const kept = browser.kept()
    expect(kept).toEqual([
      ...['access_token_cookie /', 'csrf_refresh_token /', 'refresh_token_cookie /', 'shop_csrf /'],
    ])

    expect((await ask(CLAIMS)).data.claims).toMatchObject({ sub: '1' })
    expect((await ask(CLAIMS, null)).code).toBe('CSRF_FAILED')
    expect((await ask(CLAIMS, 'csrf_refresh_token')).code).toBe('CSRF_FAILED')
    expect((await ask(REFRESH)).code).toBe('CSRF_FAILED')
    expect((await ask(REFRESH, 'csrf_refresh_token')).code).toBe('SESSION_ENDED')

    expect((await ask(loginDocument('COOKIE'))).status).toBe(200)
    expect(browser.kept()).toEqual(kept)
    expect((await ask(REFRESH, 'csrf_refresh_token')).status).toBe(200)
    const back = await browser.post(`${flask.url}/protected`, {}, { csrf: 'shop_csrf' })
    expect(back).toMatchObject({ status: 200, body: { username: 'ada' } })
    expect((await browser.post(`${flask.url}/protected`, {}, { csrf: null })).status).toBe(401)

    expect((await ask(LOGOUT, 'csrf_refresh_token')).data.logout).toEqual({ ended: true })
    expect(browser.kept()).toEqual([])
  })

  test('with auth.mjs their table and their blocklist decide', async () => {
    const flask = await startFlask()
    const gone = await flask.logIn()
    const theirs = await flask.logIn({ username: 'bob' })
    await flask.ask('/logout', { method: 'POST', ...isBearers(gone.access_token) })
    const endpoint = await flask.startSallyport({ program: 'auth.mjs' })

    expect((await askServer(endpoint, CLAIMS, gone.access_token)).code).toBe('TOKEN_REVOKED')
    const { data } = await askServer(endpoint, '{ me { id username } }', theirs.access_token)
    expect(data.me).toEqual({ id: '2', username: 'bob' })

    const ours = await logIn(endpoint)
    const seen = await flask.ask('/protected', isBearers(ours.accessToken))
    expect(seen.body).toMatchObject({ username: 'ada', claims: { roles: ['admin'], tenant: 'acme' } })
    for (const [from, to] of [
      [PASSWORD, 'a wrong password'],
      ['"ada"', '"nobody"'],
    ] as const) {
      const { code } = await askServer(endpoint, loginDocument('BODY').replace(from, to))
      expect(code).toBe('INVALID_CREDENTIALS')
    }
  })

  test('createAuthContext takes what a view of theirs may: a refresh token, a revoked one, one place', async () => {
    const flask = await startFlask()
    const { access_token: access, refresh_token: refresh } = await flask.logIn()

    const kindOf = async (options: object, headers: Variables) => {
      const { identity } = await createAuthContext({ secret: SECRET, ...options })(
        new Request('http://localhost/', { headers: new Headers(headers) }),
      )
      return identity.kind
    }
    const bearer = { authorization: `Bearer ${access}` }
    const bearerOfRefresh = { authorization: `Bearer ${refresh}` }
    expect(await kindOf({}, bearer)).toBe('active')
    expect(await kindOf({}, bearerOfRefresh)).toBe('invalid')
    expect(await kindOf({ verifyType: false }, bearerOfRefresh)).toBe('active')
    expect(await kindOf({ isRevoked: () => true }, bearer)).toBe('revoked')
    expect(await kindOf({ isRevoked: () => true, skipRevocationCheck: true }, bearer)).toBe('active')
    expect(await kindOf({ locations: ['cookies'] }, bearer)).toBe('anonymous')
  })

  test.each([
    { what: 'a short secret', settings: { JWT_SECRET_KEY: 'super-secret' }, names: 'JWT_SECRET_KEY' },
    { what: 'an audience', settings: { JWT_ENCODE_AUDIENCE: 'shop' }, names: 'JWT_ENCODE_AUDIENCE' },
    { what: 'an older name', settings: { JWT_BLACKLIST_ENABLED: true }, names: 'BLOCKLIST_CHECKS' },
    { what: 'no POST', settings: { JWT_CSRF_METHODS: ['PUT'] }, names: 'JWT_CSRF_METHODS' },
    { what: 'insecure cookies', settings: {}, env: { NODE_ENV: 'production' }, names: 'JWT_COOKIE_SECURE' },
  ])('what cannot be taken along stops the start by name: $what', async ({ settings, env, names }) => {
    const { run } = await takeSettings({ JWT_TOKEN_LOCATION: ['cookies'], ...settings })
    const { code, stderr } = await run(['serve'], '', { PORT: '0', ...env })
    expect({ code, named: stderr.includes(names) }).toEqual({ code: 1, named: true })
  })
})
