import type { GraphQLSchema } from 'graphql'
import type { CookieConfig, LocationConfig } from '../../base/location-options.js'
import type { PlainAnswer } from '../http-refusal.js'
import { readPreferences } from '../preferences.js'
import type { RequestHead } from '../request-view.js'
import { EXAMPLE_PASSWORD, exampleTabs } from './examples.js'
import {
  type Encoding,
  type PageSettings,
  PlaygroundMissing,
  type RenderedPage,
  renderPage,
} from './render-page.js'

/** What the page itself asks for, where it is there: no other name is told. */
const FIELDS = [
  'Query.whoami',
  'Query.me',
  'Query.claims',
  'Mutation.signup',
  'Mutation.login',
  'Mutation.refresh',
  'Mutation.reauthenticate',
  'Mutation.revoke',
  'Mutation.logout',
]

/** Answers what a browser asks of the endpoint; null: it is an operation. */
export type Playground = (request: RequestHead) => Promise<PlainAnswer> | null

/**
 * GraphiQL for this schema, without a word to any other host. Nothing of it is loaded before it is asked for; then it
 * is made once for each encoding, off the event loop, and kept compressed.
 */
export function createPlayground(parts: {
  schema: GraphQLSchema
  locations: LocationConfig
  cookies: CookieConfig | null
  endpoint: string
}): Playground {
  const { schema, locations, cookies, endpoint } = parts
  const fields = FIELDS.filter((field) => hasRootField(schema, field))
  const delivery: PageSettings['delivery'] =
    cookies !== null && isReadable(cookies, endpoint) ? 'COOKIE' : 'BODY'
  const settings = {
    header: locations.headerName,
    scheme: locations.headerType,
    csrf: cookies === null ? [] : csrfOf(locations, cookies),
    delivery,
    fields,
    examplePassword: EXAMPLE_PASSWORD,
  }
  const made = new Map<Encoding, Promise<RenderedPage>>()

  function make(encoding: Encoding): Promise<RenderedPage> {
    const known = made.get(encoding)
    if (known !== undefined) return known
    const page = renderPage({ encoding, settings, tabs: exampleTabs(fields) })
    made.set(encoding, page)
    page.catch(() => made.delete(encoding))
    return page
  }

  async function answer(encoding: Encoding, known: string): Promise<PlainAnswer> {
    try {
      return answerPage({ page: await make(encoding), encoding, known })
    } catch (error) {
      if (error instanceof PlaygroundMissing) return MISSING
      throw error
    }
  }

  return (request) => {
    if (!asksForPage(request)) return null
    return answer(chooseEncoding(request.find('accept-encoding')), request.find('if-none-match') ?? '')
  }
}

/** Whether a browser navigates here, and would show a page. */
export function asksForPage(request: RequestHead): boolean {
  const { method } = request
  return (method === 'GET' || method === 'HEAD') && prefersHtml(request.find('accept'))
}

function csrfOf(locations: LocationConfig, cookies: CookieConfig): PageSettings['csrf'] {
  if (!cookies.csrfProtect || !cookies.csrfInCookies) return []
  return (['access', 'refresh'] as const).map((type) => ({
    cookie: cookies[type].csrfName,
    header: locations[type].csrfHeader,
  }))
}

/** Whether the page can read what proves its cookies: else it could not go on after a reload. */
function isReadable({ csrfProtect, csrfInCookies, access }: CookieConfig, endpoint: string): boolean {
  return csrfProtect && csrfInCookies && (access.csrfPath === '/' || endpoint === access.csrfPath)
}

/** A browser that navigates names it; a GraphQL client names JSON, and whoever takes anything gets JSON too. */
function prefersHtml(accept: string | undefined): boolean {
  if (!accept || !/html/i.test(accept)) return false
  const preferences = readPreferences(accept)
  const html = preferences.get('text/html') ?? 0
  const json = ['application/json', 'application/graphql-response+json'].map(
    (type) => preferences.get(type) ?? 0,
  )
  return html > Math.max(...json)
}

function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const preferences = readPreferences(acceptEncoding)
  const takes = (encoding: Encoding) => (preferences.get(encoding) ?? 0) > 0
  if (takes('br')) return 'br'
  return takes('gzip') ? 'gzip' : 'identity'
}

function answerPage({
  page: { body, digest, scriptHashes },
  encoding,
  known,
}: {
  page: RenderedPage
  encoding: Encoding
  known: string
}): PlainAnswer {
  const etag = `"${digest}-${encoding}"`
  const headers = {
    etag,
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    'content-security-policy': policy(scriptHashes),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  }
  if (known.includes(etag)) return { status: 304, headers, body: '' }
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    },
    body,
  }
}

/** The editor sets styles as it goes, and starts its workers from blobs; all else is the page's own. */
function policy(scriptHashes: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src ${scriptHashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hasRootField(schema: GraphQLSchema, coordinate: string): boolean {
  const [root, field = ''] = coordinate.split('.')
  const type = root === 'Query' ? schema.getQueryType() : schema.getMutationType()
  return type?.getFields()[field] !== undefined
}

const MISSING: PlainAnswer = {
  status: 501,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'The playground needs a package that is not installed: npm install @graphql-yoga/render-graphiql\n',
}
