import type { Page } from 'playwright-core'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { PASSWORD, startSharedServer } from '../support/server.js'
import { createTestClock } from '../support/test-clock.js'
import { openBrowser, openPlayground, type Playground } from './open-playground.js'

describe.skipIf(inject('chromium') === null)('F23 the playground', async () => {
  if (inject('chromium') === null) return
  let runs = 0
  const server = await startSharedServer({
    clock: createTestClock(new Date()),
    typeDefs: 'extend type Query { vault: String! @fresh }',
    resolvers: { Query: { vault: () => `gold ${++runs}` } },
  })
  const { username } = await server.signUp()
  const browser = await openBrowser()
  const playground: Playground = await openPlayground(browser, 'light')
  const { page } = playground

  const barOf = (of: Page) => of.getByRole('region', { name: 'Who is logged in' })
  const button = (name: string, of = page) => barOf(of).getByRole('button', { name, exact: true })
  const seen = (text: string | RegExp, of = page) => barOf(of).getByText(text).first().waitFor()
  const focused = () =>
    page.evaluate(
      () => (document.activeElement as HTMLElement | null)?.innerText || document.activeElement?.tagName,
    )

  async function logIn(): Promise<void> {
    await button('Log in').click()
    await barOf(page).getByLabel('User name or e-mail').fill(username)
    await barOf(page).getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await seen(username)
  }

  afterEach(() => {
    expect(playground.outside).toEqual([])
    expect(playground.complaints).toEqual([])
  })

  test('F23: a reload stays logged in, and no script can read a token', async () => {
    await playground.load(server.url)
    await logIn()
    await seen(/in a cookie that no script can read/)
    await expect.poll(focused).toMatch(/Refresh|Log out/)
    const readable = () =>
      page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))
    expect(await readable()).not.toContain('eyJ')
    await playground.load(server.url)
    await seen(username)
    expect(await barOf(page).getByText('ends in').isVisible()).toBe(true)
    await playground.choose('Revoke')
    expect(await playground.run()).toContain('"revokedReason": "owner"')
    await seen('the token was revoked')
    await logIn()
    await seen('fresh')
  })

  test('F23: what was refused runs again once the password is confirmed, unless it was changed', async () => {
    await button('Refresh').click()
    await seen('not fresh')
    expect(await button('Confirm password').count()).toBe(1)
    await playground.write('Vault', 'query Vault { vault }')
    expect(await playground.run()).toContain('FRESH_REQUIRED')
    expect(await button('Confirm password').filter({ visible: true }).count()).toBe(1)
    await barOf(page).getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await expect.poll(() => playground.shown()).toContain('gold')
    expect(runs).toBe(1)
    expect(await barOf(page).getByText('FRESH_REQUIRED').isVisible()).toBe(false)

    await button('Refresh').click()
    await seen('not fresh')
    expect(await playground.run()).toContain('FRESH_REQUIRED')
    await playground.write('Other', 'query Other { vault }')
    await barOf(page).getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await button('Run it again').click()
    await expect.poll(() => playground.shown()).toContain('gold')
    expect(runs).toBe(2)
  })

  test('F23: a notice of a refusal goes with the next answer', async () => {
    await button('Refresh').click()
    await seen('not fresh')
    await playground.write('Vault', 'query Vault { vault }')
    expect(await playground.run()).toContain('FRESH_REQUIRED')
    await seen('FRESH_REQUIRED')
    await playground.write('Me', 'query Me { me { id } }')
    await playground.run()
    await expect.poll(() => barOf(page).getByRole('status').isVisible()).toBe(false)
  })

  test('F23: another tab shows who logs out, and who logs in', async () => {
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await seen(username, tab)
    await button('Log out').click()
    await seen('Logged out in another tab.', tab)
    await seen('Nobody', tab)
    await logIn()
    await seen(username, tab)
    await tab.close()
  })

  test('F23: on a phone with the documentation open nothing is cut off', async () => {
    await page.setViewportSize({ width: 390, height: 780 })
    const width = () => page.evaluate(() => document.documentElement.scrollWidth)
    await page.getByRole('button', { name: /Show Documentation Explorer/ }).click()
    const docs = page.locator('.graphiql-doc-explorer')
    await docs.waitFor()
    expect(await width()).toBe(390)
    expect((await docs.boundingBox())?.width).toBeGreaterThan(250)
    await page.getByRole('button', { name: /Hide Documentation Explorer/ }).click()
    await expect.poll(() => docs.isVisible()).toBe(false)
    expect(await width()).toBe(390)
    await page.setViewportSize({ width: 1280, height: 760 })
  })

  test.each(['light', 'dark'] as const)(
    'F23: borders of fields have a contrast of 3 to 1: %s',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme })
      await button('Log out').click()
      await button('Log in').click()
      const colours = await barOf(page)
        .getByLabel('Password')
        .evaluate((field) => {
          const { borderTopColor, backgroundColor } = getComputedStyle(field)
          const around = field.closest('.sallyport-notice') as Element
          return [borderTopColor, backgroundColor, getComputedStyle(around).backgroundColor]
        })
      const [border = '', inside = '', outside = ''] = colours
      expect(contrast(border, inside)).toBeGreaterThanOrEqual(3)
      expect(contrast(border, outside)).toBeGreaterThanOrEqual(3)
      await button('Close').click()
      await logIn()
    },
  )
})

/** WCAG 2.2: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((channel) => {
    const share = Number(channel) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
