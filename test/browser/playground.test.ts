import process from 'node:process'
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { PASSWORD, startSharedServer, type TestServer } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'
import { MISSING } from './find-browser.js'
import { openBrowser, openPlayground, type Playground } from './open-playground.js'

const NAME = 'alan@example.com'

test('where there is no browser, CI fails', () => {
  const isTested = inject('chromium') !== null || process.env.CI !== 'true'
  expect(isTested, MISSING).toBe(true)
})

describe.skipIf(inject('chromium') === null)('the playground', async () => {
  if (inject('chromium') === null) return
  const clock = createTestClock(new Date())
  const server: TestServer = await startSharedServer({
    clock,
    typeDefs: 'extend type Query { vault: String! @fresh, staff: String! @auth(roles: ["admin"]) }',
    resolvers: { Query: { vault: () => 'gold', staff: () => 'keys' } },
  })
  const browser = await openBrowser()
  let light: Playground
  let opened: Playground

  const bar = () => opened.page.getByRole('region', { name: 'Who is logged in' })
  const notice = () => opened.page.getByRole('status')
  const button = (name: string) => bar().getByRole('button', { name, exact: true })
  const seen = (text: string | RegExp) => bar().getByText(text).first().waitFor()

  async function ask(tab: string): Promise<string> {
    await opened.choose(tab)
    return opened.run()
  }

  async function fillInLogin(): Promise<void> {
    await notice().getByLabel('User name or e-mail').fill(NAME)
    await notice().getByLabel('Password').fill('only-an-example')
    await notice().getByRole('button', { name: 'Log in' }).click()
    await seen(/The page sends the access token/)
  }

  beforeAll(async () => {
    light = await openPlayground(browser, 'light')
    opened = light
    await light.load(server.url)
  })

  afterEach(() => {
    expect(opened.outside).toEqual([])
    expect(opened.complaints).toEqual([])
  })

  test('from sign-up to a refused token, and nothing is pasted', async () => {
    await seen('is logged in')
    expect(await opened.run()).toContain('"accessToken"')
    await seen(NAME)
    await seen('fresh')
    await button('Log out').click()
    await seen('Nobody')

    await ask('LogIn')
    await seen(NAME)
    expect(await ask('WhoAmI')).toContain(`"email": "${NAME}"`)

    expect(await ask('Refresh')).toContain('"refreshToken"')
    await seen('not fresh')
    expect(await ask('WhoAmI')).toContain('"fresh": false')

    await opened.write('Vault', 'query Vault { vault }')
    expect(await opened.run()).toContain('FRESH_REQUIRED')
    await notice().getByText('FRESH_REQUIRED').waitFor()
    await notice()
      .getByText(/asks for a password given recently.*\(Query\.vault\)/)
      .waitFor()
    await notice().getByLabel('Password').fill('not the password')
    await button('Confirm password').click()
    await notice().getByText('The password is wrong.').waitFor()
    expect(await notice().getByLabel('User name or e-mail').isVisible()).toBe(false)
    await notice().getByLabel('Password').fill('only-an-example')
    await button('Confirm password').click()
    await seen(/The token is fresh/)
    await expect.poll(() => opened.shown()).toMatch(/"vault":\s"gold"/)

    await opened.write('Staff', 'query Staff { staff }')
    await opened.run()
    await notice()
      .getByText(/You are known, and not allowed/)
      .waitFor()

    expect(await ask('Revoke')).toContain('"revokedReason": "owner"')
    await seen('the token was revoked')
    await opened.choose('Refresh')
    await opened.write('Me', 'query Me { me { email } }')
    expect(await opened.run()).toContain('TOKEN_REVOKED')
    await notice()
      .getByText(/The token was taken back/)
      .waitFor()
    await fillInLogin()
    expect(await opened.run()).toContain(`"email": "${NAME}"`)
  })

  test('a token whose time is up is renewed by a button', async () => {
    clock.advance(16 * 60)
    expect(await opened.run()).toContain('TOKEN_EXPIRED')
    await notice()
      .getByText(/time is up/)
      .waitFor()
    await notice().getByRole('button', { name: 'Refresh' }).click()
    await seen(/A new pair of tokens/)
    expect(await opened.run()).toContain(`"email": "${NAME}"`)
  })

  test('no token and no password stands in the address or in what the browser keeps, and a reload goes on', async () => {
    const { username, accessToken } = await server.signUp()
    await opened.write(
      'Other',
      `mutation Other { login(input: { username: "${username}", password: "${PASSWORD}" }) { accessToken refreshToken } }`,
    )
    expect(await opened.run()).toContain('"accessToken"')
    await seen(username)
    const kept = async () =>
      decodeURIComponent(
        await opened.page.evaluate(() =>
          JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location]),
        ),
      )
    await expect.poll(kept).toContain(username)
    await opened.write('Who', `# ${accessToken}\nquery Who { whoami { state } }`)
    await expect.poll(kept).toContain('…')
    expect(await kept()).not.toContain(PASSWORD)
    expect(await kept()).not.toContain('eyJ')

    expect(opened.page.url()).toContain('?query=')
    await opened.load(opened.page.url())
    await seen('Nobody')
    expect(await opened.run()).toContain('"ANONYMOUS"')
  })

  test('P53 a session in cookies too: the page proves that it sends them, and the bar knows who it is', async () => {
    await seen('Nobody')
    await opened.write(
      'ByCookie',
      `mutation ByCookie { login(input: { email: "${NAME}", password: "only-an-example", delivery: COOKIE }) { accessToken } }`,
    )
    expect(await opened.run()).toContain('"accessToken": null')
    await seen(NAME)
    await opened.write('Mine', 'query Mine { me { email } }')
    expect(await opened.run()).toContain(`"email": "${NAME}"`)
    await opened.write('Others', 'mutation Others { revokeOtherSessions }')
    expect(await opened.run()).toContain('"revokeOtherSessions"')
    await button('Refresh').click()
    await seen('not fresh')
    await button('Log out').click()
    await seen('Nobody')
    expect(await opened.page.evaluate(() => globalThis.document.cookie)).toBe('')
  })

  test('G53 a subscription is sent with the token and not in the address, shows what happens, and ends with its session', async () => {
    await button('Log in').click()
    await fillInLogin()
    await opened.write('Watch', 'subscription Watch { sessionEvents { type } }')
    const answered = opened.page.waitForResponse((response) =>
      `${response.url()}${response.request().postData()}`.includes('sessionEvents'),
    )
    await opened.start()
    const stream = await answered
    expect(new URL(stream.url()).search).toBe('')
    expect(stream.headers()['content-type']).toContain('text/event-stream')
    await server.ask(
      `mutation { login(input: { email: "${NAME}", password: "only-an-example" }) { accessToken } }`,
    )
    await expect.poll(() => opened.shown(), { timeout: 30_000 }).toContain('"STARTED"')
    await button('Log out').click()
    await seen('Nobody')
    await expect.poll(() => opened.shown(), { timeout: 30_000 }).toContain('TOKEN_REVOKED')
    await seen(/Logged out/)
  })

  test('a header that the user types wins over the page’s token', async () => {
    await opened.write('Who', 'query Who { whoami { state } }')
    await button('Log in').click()
    await fillInLogin()
    expect(await opened.run()).toContain('"ACTIVE"')
    await opened.page.getByRole('button', { name: 'Headers' }).click()
    await opened.page.locator('.graphiql-editor:visible .view-lines').last().click()
    await opened.page.keyboard.insertText('{"Authorization": "Bearer nonsense"}')
    await expect.poll(() => opened.run()).toContain('"INVALID"')
  })

  test('on a phone the answer stands below the editor, as wide as it', async () => {
    await opened.page.setViewportSize({ width: 400, height: 760 })
    const boxOf = async (selector: string) => {
      const box = await opened.page.locator(selector).boundingBox()
      return box ?? expect.fail(`${selector} is not shown`)
    }
    const [editors, answer] = [await boxOf('.graphiql-editors'), await boxOf('.graphiql-response')]
    expect(answer.y).toBeGreaterThanOrEqual(editors.y + editors.height)
    expect(answer.width).toBeGreaterThan(280)
    await opened.page.setViewportSize({ width: 1280, height: 760 })
  })

  test('dark, and with the fields that the host has left', async () => {
    const narrow = await startSharedServer({ disabledFields: ['Mutation.signup', 'Mutation.login'] })
    const ground = () => bar().evaluate((element) => getComputedStyle(element).backgroundColor)
    const lightGround = await ground()
    opened = await openPlayground(browser, 'dark')
    await opened.load(narrow.url)
    await seen('Nobody')
    expect(await ground()).not.toBe(lightGround)
    const darkGround = await ground()
    const choose = (theme: string) =>
      opened.page.evaluate((name) => (globalThis.document.body.className = name), theme)
    await choose('graphiql-light')
    expect(await ground()).toBe(lightGround)
    await opened.page.emulateMedia({ colorScheme: 'light' })
    await choose('graphiql-dark')
    expect(await ground()).toBe(darkGround)
    await choose('')
    expect(await ground()).toBe(lightGround)
    const tabs = await opened.page.getByRole('tab').allInnerTexts()
    expect(tabs.map((tab) => tab.trim())).toEqual(['WhoAmI', 'Refresh', 'Revoke'])
    expect(await button('Log in').isVisible()).toBe(false)
  })
})
