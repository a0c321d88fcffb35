import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import {
  checkAmbient,
  checkCycles,
  checkDoors,
  checkFiles,
  checkRooms,
  checkTargets,
  checkVendors,
  findReach,
  type Rooms,
  type Vendors,
} from './support/architecture.js'
import { readSources } from './support/source-file.js'

/** Room → rooms that it may import: imports point down. */
const LOWER: Rooms = {
  base: [],
  store: ['base'],
  limits: ['base'],
  audit: ['base', 'store', 'limits'],
  keys: ['base'],
  tokens: ['base', 'keys'],
  revocation: ['base', 'store', 'audit'],
  accounts: ['base', 'store', 'limits'],
  sessions: ['base', 'store', 'audit', 'tokens', 'revocation', 'accounts'],
  context: ['base', 'keys', 'tokens'],
  guard: ['base'],
  graphql: ['base', 'store', 'audit', 'tokens', 'revocation', 'limits', 'accounts', 'sessions', 'context'],
}
const HOUSE = Object.keys(LOWER)
const ROOMS: Rooms = {
  ...LOWER,
  client: ['base'],
  testing: ['base', 'guard'],
  http: HOUSE,
  'hooks.ts': HOUSE,
  'services.ts': [...HOUSE, 'hooks.ts'],
  'sallyport.ts': [...HOUSE, 'http', 'hooks.ts', 'services.ts'],
  'index.ts': [...HOUSE, 'http', 'hooks.ts', 'services.ts', 'sallyport.ts'],
  cli: [...HOUSE, 'http', 'hooks.ts', 'services.ts', 'sallyport.ts'],
  'main.ts': ['cli'],
}

const VENDORS: Vendors = {
  graphql: ['base', 'limits', 'guard', 'testing', 'graphql', 'http', 'sallyport.ts'],
  '@graphql-tools/*': ['guard', 'graphql'],
  'graphql-yoga': ['http'],
  'graphql-ws': ['http'],
  ws: ['http'],
  jsonwebtoken: ['tokens'],
  'lru-cache': ['tokens', 'limits', 'guard', 'http'],
  '@prisma/*': ['store'],
  'better-sqlite3': ['store'],
  pg: ['store'],
  '@node-rs/argon2': ['accounts'],
  '@zxcvbn-ts/*': ['accounts'],
  'p-limit': ['limits'],
  'rate-limiter-flexible': ['limits'],
  'rate-limiter-flexible/*': ['limits'],
  'ipaddr.js': ['limits'],
  cookie: ['context', 'http'],
  commander: ['cli'],
  'fastest-levenshtein': ['base'],
  pino: ['cli'],
}

const DOORS = ['index.ts', 'guard/index.ts', 'limits/index.ts', 'context/index.ts', 'client/index.ts']
const GRAPHIQL = /@graphql-yoga\/render-graphiql/
const GENERATED = 'store/generated'
const MAX_LINES = 250

const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const everything = readSources(folder('src'))
const sources = everything.filter(({ path }) => !path.startsWith(`${GENERATED}/`))

describe('the house', () => {
  test('imports point down: no room imports one that the table does not give it', () => {
    expect(checkRooms(sources, ROOMS)).toEqual([])
  })

  test('what is imported is there, and no files import each other in a circle', () => {
    expect(checkTargets(sources, (path) => path.startsWith(`${GENERATED}/`))).toEqual([])
    expect(checkCycles(sources)).toEqual([])
  })

  test('only doors re-export, and by name', () => {
    expect(checkDoors(sources, DOORS)).toEqual([])
  })

  test('every vendor has its room', () => {
    expect(checkVendors(sources, VENDORS)).toEqual([])
  })

  test('one file signs and verifies', () => {
    const users = sources.filter(({ imports }) =>
      imports.some(({ specifier }) => specifier === 'jsonwebtoken'),
    )
    expect(users.map(({ path }) => path)).toEqual(['tokens/jws.ts'])
  })

  test('GraphiQL, 9 MB of it, is loaded by a thread of its own alone', () => {
    expect(
      everything.filter(({ imports }) => imports.some(({ specifier }) => GRAPHIQL.test(specifier))),
    ).toEqual([])
    expect(readFileSync(folder('playground/render.js'), 'utf8')).toMatch(GRAPHIQL)
    expect(
      sources
        .filter(({ imports }) => imports.some(({ specifier }) => specifier === 'node:worker_threads'))
        .map(({ path }) => path),
    ).toEqual(['http/playground/render-page.ts'])
  })

  test('only main.ts reads the environment', () => {
    expect(checkAmbient(sources, /env/, ['main.ts'])).toEqual([])
    expect(
      sources.filter(({ imports }) => imports.some(({ specifier }) => specifier === 'node:process')),
    ).toEqual([])
  })

  test('only the clock knows the time', () => {
    expect(checkAmbient(sources, /Date|performance|hrtime/, ['base/clock.ts'])).toEqual([])
  })

  test('files are short, named after their one job, and export by name', () => {
    expect(checkFiles(sources, MAX_LINES)).toEqual([])
    for (const other of ['test', 'scripts', 'bench', 'examples']) {
      expect(checkFiles(readSources(folder(other)), MAX_LINES)).toEqual([])
    }
  })
})

/** Entry of the package → what running it loads of packages. */
const LIGHT: Record<string, string[]> = {
  './guard': ['@graphql-tools/utils', 'fastest-levenshtein', 'graphql'],
  './guard/apollo': ['@graphql-tools/utils', 'fastest-levenshtein', 'graphql'],
  './guard/mercurius': ['@graphql-tools/utils', 'fastest-levenshtein', 'graphql'],
  './limits': ['fastest-levenshtein', 'graphql'],
  './testing': ['@graphql-tools/utils', 'fastest-levenshtein', 'graphql'],
  './context': ['cookie', 'fastest-levenshtein', 'jsonwebtoken', 'lru-cache'],
  './client': [],
}

describe('what an entry of the package reaches', () => {
  const entries = Object.entries<unknown>(manifest.exports).flatMap(([name, target]) =>
    typeof target === 'object' && target !== null && 'default' in target
      ? [{ name, path: String(target.default).replace('./dist/', '').replace(/\.js$/, '.ts') }]
      : [],
  )

  test('every entry is one of these', () => {
    expect(entries.map(({ name }) => name).sort()).toEqual(['.', ...Object.keys(LIGHT)].sort())
  })

  test.each(entries.filter(({ name }) => name !== '.'))(
    '$name: no storage, no passwords, no server, in its types neither',
    ({ name, path }) => {
      expect(findReach(everything, path)).toEqual({ static: LIGHT[name], onDemand: [], types: [] })
    },
  )

  test('the whole: databases on demand only, and nothing of the command line', () => {
    const { static: loaded, onDemand } = findReach(everything, 'index.ts')
    expect(loaded).toEqual([
      '@graphql-tools/schema',
      '@graphql-tools/utils',
      '@node-rs/argon2',
      'cookie',
      'fastest-levenshtein',
      'graphql',
      'graphql-ws',
      'graphql-yoga',
      'ipaddr.js',
      'jsonwebtoken',
      'lru-cache',
      'p-limit',
      'rate-limiter-flexible',
      'ws',
    ])
    expect(onDemand).toEqual([
      '@prisma/adapter-better-sqlite3',
      '@prisma/adapter-pg',
      '@prisma/client',
      '@zxcvbn-ts/core',
      '@zxcvbn-ts/language-common',
    ])
  })
})
