import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { createSallyport, OptionError, type SallyportOptions } from '../../../src/index.js'
import { emptyDatabase, freshDatabase } from '../../support/database.js'
import { openPage, setCookies } from '../../support/page.js'
import { PASSWORD, SECRET, startServer, type TestServer } from '../../support/server.js'
import { createTestLogger } from '../../support/test-logger.js'
import { codeOf, lookFor, ME, type OptionRows, over } from './row.js'

const WHOAMI = '?query={whoami{state}}'
const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8'
const APP = 'https://app.example.com'
const ROOT = { adminEmail: 'root@example.com', adminPassword: PASSWORD }

/** Whether the first administrator may log in like that. */
const administrator = (email: string, password: string) =>
  over(
    (server) =>
      codeOf(
        server,
        `mutation { login(input: { email: "${email}", password: "${password}" }) { tokenType } }`,
      ),
    ROOT,
  )

const logsIn = (server: TestServer) =>
  codeOf(server, `mutation { login(input: { username: "ada", password: "${PASSWORD}" }) { tokenType } }`)

async function makeInhabited(): Promise<string> {
  const server = await startServer()
  await server.signUp('ada')
  return server.databaseUrl
}

/** Where the row of `dataDir` has its folders. */
let parent = ''
async function makeParent(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-data-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What a server without a key and a database leaves, and where. */
async function findTraces(options: SallyportOptions): Promise<string[]> {
  parent ||= await makeParent()
  const sallyport = await createSallyport({ dataDir: join(parent, 'data'), ...options })
  await sallyport.close()
  return (await readdir(parent, { recursive: true })).filter((path) => /\.(key|db)$/.test(path)).sort()
}

/** Whether a server starts on a database without tables, or the option that it names when it refuses to. */
async function startOnEmptyFile(options: SallyportOptions): Promise<string> {
  const { databaseUrl, drop } = await emptyDatabase()
  onTestFinished(drop)
  await writeFile(databaseUrl.slice('file:'.length), '')
  try {
    const sallyport = await createSallyport({ secret: SECRET, databaseUrl, ...options })
    await sallyport.close()
    return 'it starts'
  } catch (error) {
    if (error instanceof OptionError) return error.option
    throw error
  }
}

/** Whether an event is listed two days and a round of pruning later. */
async function listAfterTwoDays(options: object): Promise<boolean> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const earlier = await startServer(options)
  const { userId } = await earlier.signUp()
  earlier.clock.advance(2 * 86_400)
  // For one that ran meanwhile the clock has jumped, by which nothing is deleted.
  const { databaseUrl, clock } = earlier
  const server = await startServer({ ...options, databaseUrl, clock })
  const { accessToken: token } = await server.signUpAdmin()
  vi.advanceTimersByTime(60_000)
  const query = 'query ($userId: ID) { auditLog(userId: $userId) { nodes { type } } }'
  return lookFor(false, async () => {
    const { data } = await server.ask(query, { token, variables: { userId } })
    return data.auditLog.nodes.length > 0
  })
}

/** The one that was found last. */
let port = 0
/** A port that is free, and most likely still is a moment later. */
async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return port
}

/** Where a server is reached that listens by itself. */
async function findAddress(options: SallyportOptions): Promise<URL> {
  const { databaseUrl, drop } = await freshDatabase()
  onTestFinished(drop)
  const sallyport = await createSallyport({
    secret: SECRET,
    databaseUrl,
    port: 0,
    host: '127.0.0.1',
    ...options,
  })
  onTestFinished(() => sallyport.close())
  const { url } = await sallyport.listen()
  await fetch(`${url}/health`)
  return new URL(url)
}

export const SERVER: OptionRows = {
  dataDir: {
    value: { make: async () => join(parent, 'elsewhere') },
    observe: findTraces,
    usual: ['data/sallyport.db', 'data/secret.key'],
    flipped: [
      ...['data/sallyport.db', 'data/secret.key'],
      ...['elsewhere/sallyport.db', 'elsewhere/secret.key'],
    ],
  },
  databaseUrl: {
    value: { make: makeInhabited },
    observe: over(logsIn),
    usual: 'INVALID_CREDENTIALS',
    flipped: 'ok',
  },
  migrateOnStart: { value: false, observe: startOnEmptyFile, usual: 'it starts', flipped: 'databaseUrl' },
  endpoint: {
    value: '/api/graph',
    observe: over(async ({ origin }) => (await fetch(`${origin}/api/graph${WHOAMI}`)).status),
    usual: 404,
    flipped: 200,
  },
  auditRetention: { value: '1d', observe: listAfterTwoDays, usual: true, flipped: false },
  corsOrigins: {
    value: APP,
    observe: over(async (server) => {
      const { headers } = await server.ask(ME, { headers: { origin: APP } })
      return headers.get('access-control-allow-origin')
    }),
    usual: null,
    flipped: APP,
  },
  production: {
    value: true,
    observe: over(
      async (server) => '__Host-access_token_cookie' in setCookies(await openPage(server).signUp()),
    ),
    usual: false,
    flipped: true,
  },
  adminEmail: {
    value: 'chief@example.com',
    observe: administrator('chief@example.com', PASSWORD),
    usual: 'INVALID_CREDENTIALS',
    flipped: 'ok',
  },
  adminPassword: {
    value: 'another pass phrase',
    observe: administrator(ROOT.adminEmail, 'another pass phrase'),
    usual: 'INVALID_CREDENTIALS',
    flipped: 'ok',
  },
  realm: {
    value: 'shop',
    observe: over(async (server) => (await server.ask(ME)).headers.get('www-authenticate')),
    usual: 'Bearer realm="sallyport"',
    flipped: 'Bearer realm="shop"',
  },
  graphiql: {
    value: false,
    observe: over(async ({ url }) => {
      const { headers } = await fetch(url, { headers: { accept: BROWSER } })
      return headers.get('content-type')?.startsWith('text/html') ?? false
    }),
    usual: true,
    flipped: false,
  },
  introspection: {
    value: 'off',
    observe: over((server) => codeOf(server, '{ __schema { queryType { name } } }')),
    usual: 'ok',
    flipped: 'FORBIDDEN',
  },
  logLevel: {
    value: 'error',
    observe: async (options) => {
      const logger = createTestLogger()
      const server = await startServer({ logLevel: 'info', logger, ...options })
      await server.judge('garbage')
      return logger.lines.some(({ level }) => level === 'info')
    },
    usual: true,
    flipped: false,
  },
  port: {
    value: { make: findPort },
    observe: async (options) => (await findAddress(options)).port === String(port),
    usual: false,
    flipped: true,
  },
  host: {
    value: '127.0.0.2',
    observe: async (options) => (await findAddress(options)).hostname,
    usual: '127.0.0.1',
    flipped: '127.0.0.2',
  },
}
