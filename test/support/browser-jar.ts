import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Ask, type GraphQLAnswer, PASSWORD, readAnswer, type TestServer } from './server.js'

interface Kept {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
}

/** A browser at `auth.example.test`, which keeps cookies of one name for each domain and path (RFC 6265 §5.3). */
export function createBrowserJar(kept = new Map<string, Kept>()): BrowserJar {
  function keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ')
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? []
      const of = new Map(attributes.map((one) => one.toLowerCase().split('=') as [string, string]))
      const domain = (of.get('domain') ?? 'host-only').replace(/^\./, '')
      const path = of.get('path') ?? '/'
      // A browser drops a cookie of a domain that it is not in.
      if (domain !== 'host-only' && !HOST.endsWith(domain)) continue
      const key = `${name}|${domain}|${path}`
      kept.delete(key)
      if (of.get('max-age') !== '0') kept.set(key, { name, value, domain, path })
    }
  }

  const sent = () => [...kept.values()].filter(({ path }) => path === '/' || path === '/graphql')

  return {
    keys: () => [...kept.keys()],
    lines: () => [...kept.values()].map(({ name, value, path }) => `${name}=${value}; Path=${path}`),
    value: (name: string) => [...kept.values()].find((one) => one.name === name)?.value ?? '',
    copy: () => createBrowserJar(new Map(kept)),
    keep,
    async ask(server, query, { isLate = false, token, variables, headers } = {}) {
      const csrf = sent().find(({ name, path }) => name === 'csrf_access_token' && path === '/')?.value
      const cookie = sent()
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ')
      const response = await post(
        server.url,
        { query, variables },
        {
          ...(cookie === '' ? {} : { cookie }),
          ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
          ...(token == null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      )
      const answer = await readAnswer(response)
      if (!isLate) keep(answer.headers.getSetCookie())
      return answer
    },
  }
}

export interface BrowserJar {
  keys(): string[]
  /** As they were set. */
  lines(): string[]
  value(name: string): string
  copy(): BrowserJar
  keep(lines: readonly string[]): void
  /** Asks as a page does; the cookies of the answer are kept at once, or with `keep` later. */
  ask(server: TestServer, query: string, how?: Ask & { isLate?: boolean }): Promise<GraphQLAnswer>
}

const HOST = 'auth.example.test'

/** By Node's own client, since `fetch` writes its own `Host`. */
function post(url: string, body: object, headers: Record<string, string>): Promise<Response> {
  return new Promise((resolve, reject) => {
    const own = { host: HOST, 'content-type': 'application/json' }
    const asked = request(url, { method: 'POST', headers: { ...own, ...headers } }, async (incoming) => {
      const lines = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      )
      resolve(new Response(await text(incoming), { status: incoming.statusCode, headers: lines }))
    })
    asked.on('error', reject).end(JSON.stringify(body))
  })
}

export const logInBy = (jar: BrowserJar, server: TestServer, name: string): Promise<GraphQLAnswer> =>
  jar.ask(
    server,
    `mutation { login(input: { username: "${name}", password: "${PASSWORD}", delivery: COOKIE }) { csrfToken } }`,
  )

/** What a client is told: the user's name, or code and action. */
export function told({ data, errors }: GraphQLAnswer): string {
  const [error] = errors ?? []
  if (error !== undefined) return `${error.extensions.code} ${error.extensions.action}`
  return data.me?.username ?? data.refresh?.user.username ?? 'ok'
}
