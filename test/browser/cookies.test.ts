import type { Page } from 'playwright-core'
import { describe, expect, inject, test } from 'vitest'
import { LOG_IN_BY_COOKIE, REFRESH, SIGN_UP_BY_COOKIE } from '../support/page.js'
import { newName, PASSWORD, SECRET, startSharedServer } from '../support/server.js'
import { askBySocket, askFromPage, makeCertificate, openSitesBrowser, serveSite } from './open-sites.js'
import { ASK, bundleClient, runClient } from './page-client.js'

const ME = '{ me { id } }'
const LOGOUT = 'mutation { logout { ended } }'

describe.skipIf(inject('chromium') === null)('P05 P53 P54 G57 cookies in a browser', async () => {
  const browser = await openSitesBrowser()
  const server = await startSharedServer({ graphiql: false })
  const { port } = new URL(server.origin)
  const shop = `http://shop.test:${port}`
  const evilPort = await serveSite((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>')
  })
  const evil = `http://evil.test:${evilPort}`

  /** A tab of the shop in a browser of its own, logged in by cookie. */
  async function logIn() {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${shop}/health`)
    const variables = { name: newName(), password: PASSWORD }
    expect((await askFromPage(page, SIGN_UP_BY_COOKIE, { variables })).status).toBe(200)
    return { context, page, variables }
  }

  test('its scripts see the csrf value and no token, and need it for a POST', async () => {
    const { context, page } = await logIn()
    const seen = await page.evaluate(() => globalThis.document.cookie)
    expect(seen).toMatch(/^csrf_access_token=[\w-]+; csrf_refresh_token=[\w-]+$/)
    expect((await context.cookies(`${shop}/graphql`)).map(({ name }) => name).sort()).toEqual([
      'access_token_cookie',
      'csrf_access_token',
      'csrf_refresh_token',
      'refresh_token_cookie',
    ])
    expect((await askFromPage(page, ME)).status).toBe(200)
    const unproven = await askFromPage(page, ME, { csrf: false })
    expect(unproven.body.errors[0].extensions.code).toBe('CSRF_FAILED')
  })

  test('two tabs that refresh at once stay logged in, and logout leaves no cookie in either', async () => {
    const { context, page } = await logIn()
    const other = await context.newPage()
    await other.goto(`${shop}/health`)
    const answers = await Promise.all([page, other].map((tab) => askFromPage(tab, REFRESH)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    for (const tab of [page, other]) expect((await askFromPage(tab, ME)).status).toBe(200)
    expect((await askFromPage(page, LOGOUT)).body.data.logout).toEqual({ ended: true })
    expect(await context.cookies()).toEqual([])
    expect((await askFromPage(other, ME)).body.errors[0].extensions.code).toBe('UNAUTHENTICATED')
  })

  test('P72 sallyport/client keeps a page logged in: loaded again, in two tabs, beyond the life of a token', async () => {
    const context = await browser.newContext()
    const open = async () => {
      const page = await context.newPage()
      await page.goto(`${shop}/health`)
      await page.addScriptTag({ content: await bundleClient() })
      return page
    }
    const first = await open()
    const name = newName()
    await runClient(first, 'await client.signUp({ username: args.name, password: args.password })', name)
    expect(await runClient(first, ASK, name)).toBe(name)
    expect(
      await runClient(first, 'return [client.refreshToken(), await client.accessToken()]', name),
    ).toEqual([null, null])
    server.clock.advance(16 * 60)
    const tabs = [await open(), await open()]
    for (const tab of tabs) expect(await runClient(tab, 'return client.isLoggedIn()', name)).toBe(true)
    const names = await Promise.all([first, ...tabs].map((tab) => runClient(tab, ASK, name)))
    expect(names).toEqual([name, name, name])

    await runClient(first, 'await client.logOut()', name)
    expect(await runClient(tabs[0] as Page, ASK, name)).toBe('UNAUTHENTICATED')
    for (const tab of tabs) expect(await runClient(tab, 'return client.isLoggedIn()', name)).toBe(false)
  })

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])(
    'a form of another site (%s) is 415: it neither acts for the visitor nor logs them in as another',
    async (type) => {
      const { context, page, variables } = await logIn()
      const before = await context.cookies()
      const bodies = [
        { query: LOGOUT },
        { query: REFRESH },
        { query: LOG_IN_BY_COOKIE, variables: JSON.stringify(variables) },
      ]
      for (const fields of bodies) {
        const site = await context.newPage()
        await site.goto(evil)
        const [answer] = await Promise.all([
          site.waitForResponse((response) => response.url() === `${shop}/graphql`),
          site.evaluate(
            ([action, enctype, given]) => {
              const form = globalThis.document.createElement('form')
              Object.assign(form, { action, method: 'post', enctype })
              for (const [name, value] of Object.entries(given)) {
                const input = globalThis.document.createElement('input')
                Object.assign(input, { name, value })
                form.append(input)
              }
              globalThis.document.body.append(form)
              form.submit()
            },
            [`${shop}/graphql`, type, fields as Record<string, string>] as const,
          ),
        ])
        expect(answer.status()).toBe(415)
        expect((await answer.request().allHeaders()).cookie).toBeUndefined()
        await site.close()
      }
      expect(await context.cookies()).toEqual(before)
      expect((await askFromPage(page, ME)).status).toBe(200)
    },
  )

  test.each(['application/json', 'text/plain'])(
    'a script of another site gets nothing, by %s',
    async (type) => {
      const { context, page, variables } = await logIn()
      const before = await context.cookies()
      const site = await context.newPage()
      await site.goto(evil)
      for (const body of [{ query: ME }, { query: LOGOUT }, { query: LOG_IN_BY_COOKIE, variables }]) {
        const read = await site.evaluate(
          ([url, contentType, text]) =>
            fetch(url, {
              method: 'POST',
              credentials: 'include',
              headers: { 'content-type': contentType },
              body: text,
            }).then(
              (response) => response.status,
              () => 'not told',
            ),
          [`${shop}/graphql`, type, JSON.stringify(body)] as const,
        )
        expect(read).toBe('not told')
      }
      expect(await context.cookies()).toEqual(before)
      expect((await askFromPage(page, ME)).status).toBe(200)
    },
  )

  test('a link of another site can ask a query, and do nothing', async () => {
    const { context, page } = await logIn()
    const follow = async (query: string) => {
      const site = await context.newPage()
      await site.goto(evil)
      const url = `${shop}/graphql?${new URLSearchParams({ query })}`
      const [answer] = await Promise.all([
        site.waitForResponse((response) => response.url() === url),
        site.evaluate((address) => void Object.assign(globalThis.location, { href: address }), url),
      ])
      const seen = { status: answer.status(), body: await answer.json() }
      await site.close()
      return seen
    }
    expect((await follow('{ whoami { state } }')).body.data.whoami).toEqual({ state: 'ACTIVE' })
    expect((await follow('mutation { revokeAllSessions }')).status).toBe(405)
    expect((await askFromPage(page, ME)).status).toBe(200)
  })

  test('a WebSocket of the page is let in with the csrf value, and one of another site not at all', async () => {
    const { context, page, variables } = await logIn()
    const url = `${shop.replace('http', 'ws')}/graphql`
    const query = '{ me { username } }'
    const csrf = (await context.cookies(shop)).find(({ name }) => name === 'csrf_access_token')?.value
    const me = { data: { me: { username: variables.name } } }
    expect(await askBySocket(page, { url, query, params: { 'x-csrf-token': csrf } })).toEqual(me)
    expect(await askBySocket(page, { url, query })).toMatchObject({
      errors: [{ extensions: { code: 'CSRF_FAILED' } }],
    })
    const site = await context.newPage()
    await site.goto(evil)
    expect(await askBySocket(site, { url, query, params: { 'x-csrf-token': csrf } })).toBe(1006)
  })

  test('in production, over https: bound to the host, which no sibling can plant', async () => {
    const production = await startSharedServer({ production: true, secret: SECRET })
    const tlsPort = await serveSite(production.sallyport.handler, makeCertificate())
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    const sibling = await context.newPage()
    await sibling.goto(`https://evil.shop.test:${tlsPort}/health`)
    await page.goto(`https://shop.test:${tlsPort}/health`)
    await askFromPage(page, SIGN_UP_BY_COOKIE, { variables: { name: newName(), password: PASSWORD } })
    const before = await context.cookies(`https://shop.test:${tlsPort}/`)
    expect(
      before.filter(({ httpOnly }) => httpOnly).map(({ name, secure, domain }) => ({ name, secure, domain })),
    ).toEqual([
      { name: '__Host-access_token_cookie', secure: true, domain: 'shop.test' },
      { name: '__Host-refresh_token_cookie', secure: true, domain: 'shop.test' },
    ])
    await sibling.evaluate(() => {
      for (const name of [
        '__Host-access_token_cookie',
        '__host-access_token_cookie',
        '=__Host-access_token_cookie',
      ]) {
        // biome-ignore lint/suspicious/noDocumentCookie: what an attacker would write
        globalThis.document.cookie = `${name}=planted; Domain=shop.test; Path=/; Secure`
      }
    })
    expect(await context.cookies(`https://shop.test:${tlsPort}/`)).toEqual(before)
    expect((await askFromPage(page, ME)).status).toBe(200)
  })
})
