import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { PASSWORD } from '../support/server.js'

const ENTRY = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url))

/** `sallyport/client` as a page has it, with a client that takes cookies. */
export async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [ENTRY], bundle: true, write: false, format: 'iife', platform: 'browser' },
    globalName: 'sallyport',
    footer: { js: "globalThis.client = sallyport.createClient({ url: '/graphql', delivery: 'cookie' })" },
  })
  return outputFiles[0]?.text ?? ''
}

/** Who is logged in, or the code that says why nobody is. */
export const ASK = `
  const response = await client.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { username } }' }),
  })
  const { data, errors } = await response.json()
  return data?.me.username ?? errors[0].extensions.code
`

/** Runs a few lines in a page that has `client`. */
export function runClient(page: Page, lines: string, name: string): Promise<unknown> {
  const args = JSON.stringify({ name, password: PASSWORD })
  return page.evaluate(`(async (client, args) => { ${lines} })(globalThis.client, ${args})`)
}
