/**
 * Makes docs/playground.png, the README's picture of the playground, in the browser of `CHROMIUM`, by default
 * /usr/bin/chromium: `npx tsx scripts/playground-picture.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { createSallyport } from '../src/index.js'

const PICTURE = fileURLToPath(new URL('../docs/playground.png', import.meta.url))
const ADA = { email: 'ada@example.com', password: 'correct horse battery' }
const OPERATION = 'mutation DeleteAccount { deleteAccount }'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-picture-'))
const sallyport = await createSallyport({ dataDir: join(folder, 'data'), logger: false })
const { url } = await sallyport.listen({ port: 0, host: '127.0.0.1' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await signUp()
  await takePicture()
} finally {
  await browser.close()
  await sallyport.close()
  await rm(folder, { recursive: true })
}

async function signUp(): Promise<void> {
  const query = 'mutation ($input: SignupInput!) { signup(input: $input) { tokenType } }'
  await fetch(url + sallyport.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: ADA } }),
  })
}

/** Somebody who is logged in with a token that is not fresh, and asks for what needs one. */
async function takePicture(): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'light' })
  await page.goto(url + sallyport.endpoint)
  const bar = page.getByRole('region', { name: 'Who is logged in' })
  const press = (name: string) => bar.getByRole('button', { name, exact: true }).first().click()

  await press('Log in')
  await bar.getByLabel('User name or e-mail').fill(ADA.email)
  await bar.getByLabel('Password').fill(ADA.password)
  await bar.locator('[type=submit]').click()
  await bar.getByText(ADA.email).waitFor()
  await press('Refresh')
  await bar.getByText('not fresh', { exact: true }).waitFor()

  await page.getByRole('tab', { name: 'Refresh', exact: true }).click()
  await page.locator('.graphiql-query-editor .view-lines').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(OPERATION)
  await page.locator('[role=tab][aria-selected=true]:has([title="DeleteAccount"])').waitFor()
  await page.getByRole('button', { name: /Execute query/ }).click()
  await bar.getByText('FRESH_REQUIRED').waitFor()
  await page.locator('.graphiql-response').getByText('FRESH_REQUIRED').waitFor()
  // Without cursor and hints.
  await page.mouse.move(960, 600)
  await page.screenshot({ path: PICTURE, caret: 'hide', animations: 'disabled' })
}
