import { Worker } from 'node:worker_threads'
import { PACKAGE_FOLDER } from '../../base/package-folder.js'

export type Encoding = 'br' | 'gzip' | 'identity'

/** What the page is told; see `Settings` of `playground/page/types.d.ts`. */
export interface PageSettings {
  readonly header: string
  readonly scheme: string
  readonly csrf: readonly { readonly cookie: string; readonly header: string }[]
  readonly delivery: 'BODY' | 'COOKIE'
  readonly fields: readonly string[]
  readonly examplePassword: string
}

export interface RenderedPage {
  readonly body: Uint8Array<ArrayBuffer>
  /** Of the page before it was encoded. */
  readonly digest: string
  /** The scripts that may run, as a Content-Security-Policy names them. */
  readonly scriptHashes: readonly string[]
}

/** GraphiQL's package is not installed: it is optional. */
export class PlaygroundMissing extends Error {
  override readonly name = 'PlaygroundMissing'
}

/** Shipped as it stands, since it runs as it stands: in a thread, which ends with the page that it has made. */
const RENDERER = new URL('playground/render.js', PACKAGE_FOLDER)

/** Throws `PlaygroundMissing` where there is no `@graphql-yoga/render-graphiql`. */
export function renderPage(parts: {
  encoding: Encoding
  settings: PageSettings
  tabs: readonly { query: string }[]
}): Promise<RenderedPage> {
  const { encoding, settings, tabs } = parts
  const workerData = { encoding, settings, graphiql: { ...GRAPHIQL, defaultTabs: tabs } }
  // No flags of the process: `--input-type` and the like are not for a file.
  const worker = new Worker(RENDERER, { workerData, execArgv: [] })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ERR_MODULE_NOT_FOUND' || /Cannot find package/.test(error.message)
      reject(isMissing ? new PlaygroundMissing(error.message, { cause: error }) : error)
    })
    worker.once('exit', () => reject(new Error('The thread that makes the playground ended without it.')))
  })
}

const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="7" fill="#4338ca"/>' +
  '<path d="M7 25V14a9 9 0 0 1 18 0v11h-4.5V14a4.5 4.5 0 0 0-9 0v11z" fill="#fff"/>' +
  '<path d="M14 25v-9a2 2 0 0 1 4 0v9z" fill="#a5b4fc"/></svg>'

/** Tokens are sent by the page itself; a header that a user types wins over it, and is not kept. */
const GRAPHIQL = {
  title: 'Sallyport',
  logo: MARK,
  favicon: `data:image/svg+xml,${encodeURIComponent(MARK)}`,
  credentials: 'same-origin',
  subscriptionsProtocol: 'SSE',
  shouldPersistHeaders: false,
  isHeadersEditorEnabled: true,
  defaultEditorToolsVisibility: false,
}
