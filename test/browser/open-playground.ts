import { type Browser, chromium, type Page, type Request } from 'playwright-core'
import { afterAll, inject } from 'vitest'

/** Nothing of the browser's own may go out, and no name but loopback's is found. */
export const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]
/** Chromium notes every answer of these statuses as an error: they are the refusals that the tests ask for. */
const REFUSED = /^Failed to load resource: the server responded with a status of 40[013] /
/**
 * GraphiQL reads the name of the operation 100 ms after the editor's text changed, and until then sends nothing: "Cannot infer
 * operation". The page's timers run in the order in which they are due, however slow the machine, so that this one comes after.
 */
const READING_MS = 200

export interface Playground {
  readonly page: Page
  /** What the page asked of other hosts, and what it complained of. */
  readonly outside: readonly string[]
  readonly complaints: readonly string[]
  /** Loads it, and waits until the editor can be used. */
  load(url: string): Promise<void>
  /** Shows the tab of this name. */
  choose(tab: string): Promise<void>
  /** Writes an operation of this name over what stands in the editor, and waits until GraphiQL has read it. */
  write(name: string, operation: string): Promise<void>
  /** Runs what the editor has, and waits for nothing. */
  start(): Promise<void>
  /** What GraphiQL shows of the answer. */
  shown(): Promise<string>
  /** Runs what the editor has, and answers what GraphiQL shows of it. */
  run(): Promise<string>
}

/** A browser for the tests of a file. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = inject('chromium') ?? ''
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  afterAll(() => browser.close())
  return browser
}

export async function openPlayground(browser: Browser, colorScheme: 'light' | 'dark'): Promise<Playground> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, colorScheme })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const outside: string[] = []
  const complaints: string[] = []
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    if (url.hostname === '127.0.0.1' || url.protocol === 'blob:' || url.protocol === 'data:') {
      await route.continue()
      return
    }
    outside.push(url.href)
    await route.abort()
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const text = message.text()
    if (['error', 'warning'].includes(message.type()) && !REFUSED.test(text)) complaints.push(text)
  })

  const start = () => page.getByRole('button', { name: /Execute query/ }).click()

  return {
    page,
    outside,
    complaints,
    async load(url) {
      await page.goto(url, { waitUntil: 'commit' })
      await page.locator('.graphiql-query-editor .view-line').first().waitFor()
    },
    async choose(tab) {
      const button = page.getByRole('tab', { name: tab, exact: true })
      await button.click()
      await page.locator(`[role=tab][aria-selected=true]:has([title="${tab}"])`).waitFor()
      await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), READING_MS)
    },
    async write(name, operation) {
      await page.locator('.graphiql-query-editor .view-lines').click()
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText(operation)
      await page.locator(`[role=tab][aria-selected=true]:has([title="${name}"])`).waitFor()
    },
    start,
    shown: () => page.locator('.graphiql-response').innerText(),
    async run() {
      const answered = page.waitForResponse((response) => isFromEditor(response.request()))
      await start()
      const response = await answered
      const text = JSON.stringify(await response.json(), null, 2)
      // Once GraphiQL shows it, the page has seen it too.
      await page.waitForFunction(
        (first) => document.querySelector('.graphiql-response')?.textContent?.includes(first),
        text.includes('"errors"') ? '"errors"' : '"data"',
      )
      return text
    },
  }
}

/** What the user runs has a name. The bar's own operations have none. */
function isFromEditor(request: Request): boolean {
  if (request.method() !== 'POST') return false
  const { operationName } = request.postDataJSON() as { operationName?: string | null }
  return operationName != null && operationName !== 'IntrospectionQuery'
}
