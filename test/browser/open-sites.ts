import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, inject } from 'vitest'
import { FLAGS } from './open-playground.js'

/** A browser that finds `*.test` on the loopback, and nothing else. */
export async function openSitesBrowser(): Promise<Browser> {
  const flags = FLAGS.filter((flag) => !flag.startsWith('--host-resolver-rules'))
  const rules = '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
  const browser = await chromium.launch({
    executablePath: inject('chromium') ?? '',
    args: [...flags, rules],
  })
  afterAll(() => browser.close())
  return browser
}

/** Serves on a free port, closed when the file is done. */
export async function serveSite(
  listener: RequestListener,
  tls?: { key: string; cert: string },
): Promise<number> {
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** A certificate that nobody else trusts. */
export function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const request = ['req', '-x509', ...curve, '-nodes', '-days', '2', '-subj', '/CN=shop.test']
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return made
}

interface Asked {
  readonly csrf?: boolean
  readonly variables?: Record<string, unknown>
}

/** Posts from within the page, as its own script would. */
export async function askFromPage(page: Page, query: string, { csrf = true, variables }: Asked = {}) {
  return page.evaluate(
    async ([text, given, withCsrf]) => {
      const value = /(?:^|; )csrf_access_token=([^;]*)/.exec(globalThis.document.cookie)?.[1]
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(withCsrf && value !== undefined ? { 'x-csrf-token': value } : {}),
        },
        body: JSON.stringify({ query: text, variables: given }),
      })
      return { status: response.status, body: await response.json() }
    },
    [query, variables, csrf] as const,
  )
}

/** Asks over a WebSocket, as a script of the page would; a number is the code by which it was closed instead. */
export async function askBySocket(
  page: Page,
  asked: { url: string; query: string; params?: Record<string, unknown> },
): Promise<unknown> {
  return page.evaluate(
    ({ url, query, params }) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, 'graphql-transport-ws')
        const send = (message: object) => socket.send(JSON.stringify(message))
        socket.onclose = ({ code }) => resolve(code)
        socket.onopen = () => send({ type: 'connection_init', payload: params })
        socket.onmessage = ({ data }) => {
          const { type, payload } = JSON.parse(data)
          if (type === 'connection_ack') send({ type: 'subscribe', id: '1', payload: { query } })
          else resolve(payload)
        }
      }),
    asked,
  )
}
