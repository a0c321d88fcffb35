/**
 * What hostile documents of anonymous clients cost behind the guard, beside the same text without it:
 * `npx tsx bench/hostile.ts`, or with a part of a row's name for some only. CPU time of a request to Yoga: the first one with
 * a text, which parses, validates and plans it, and later ones. Goal: below 3 for each.
 */
import { createSchema, createYoga } from 'graphql-yoga'
import { guardTypeDefs, type UseGuardOptions, useGuard } from '../src/guard/index.js'

const ROUNDS = 6
const OPTIONS: UseGuardOptions = { unmarked: 'error' }

interface Row {
  readonly name: string
  readonly typeDefs: string
  readonly query: string
  readonly options?: Partial<UseGuardOptions>
}

const rangeOf = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))

const IMPLEMENTORS = 64
const wideTypes = (rule: string) =>
  [
    'interface Node { id: ID s: String } type Query { node(id: ID): Node @public }',
    ...rangeOf(
      IMPLEMENTORS,
      (i) => `type T${i} implements Node { id: ID s: String ${rule} g: String @auth }`,
    ),
  ].join('\n')
const narrowed = rangeOf(IMPLEMENTORS, (i) => `... on T${i} { ...F }`).join(' ')
const wideQuery = `{ node(id: 1) { ${narrowed} } } fragment F on Node { ${rangeOf(8000, (i) => `a${i.toString(36)}:s`).join(' ')} }`

const INTERFACES = rangeOf(12, (i) => i)
const latticeTypes = [
  'type Query { start: I0 @public }',
  ...INTERFACES.map((i) => `interface I${i} { next: I0 x: String }`),
  ...rangeOf(2000, (bits) => {
    const implemented = INTERFACES.filter((i) => i === 0 || (bits >> (i - 1)) % 2 === 1)
    return `type T${bits} implements ${implemented.map((i) => `I${i}`).join(' & ')} { next: I0 x: String @auth }`
  }),
].join('\n')
const narrow = (bits: number) =>
  INTERFACES.filter((i) => (bits >> i) % 2 === 1).reduce(
    (inner, i) => `... on I${i} { ${inner} }`,
    'x next { x }',
  )

const heavy = '__schema{queryType{name}} '.repeat(600)
const plain = 'type Query { item: Item @public } type Item { x: String @auth }'

const ROWS: readonly Row[] = [
  {
    name: 'H3 one fragment over 64 implementors, refused',
    typeDefs: wideTypes('@auth'),
    query: wideQuery,
  },
  { name: 'H3 one fragment over 64 implementors, allowed', typeDefs: wideTypes(''), query: wideQuery },
  {
    name: 'H3 a lattice of 2,000 types and 12 interfaces',
    typeDefs: latticeTypes,
    query: `{ start { ${rangeOf(600, (i) => narrow(i * 6 + 1)).join(' ')} } }`,
  },
  {
    name: 'H4 two fragments of one name',
    typeDefs: plain,
    query: `{ ...F } fragment F on Query { ${heavy} } fragment F on Query { __typename }`,
  },
  {
    name: 'H5 300 guarded fields after 900,000 lines',
    typeDefs: `type Query { me: Me @public } type Me { ${rangeOf(300, (i) => `f${i}: String @auth`).join(' ')} }`,
    query: `{ me { ${'\n'.repeat(900_000)} ${rangeOf(300, (i) => `f${i}`).join(' ')} } }`,
  },
  {
    name: 'H5 300 fields that are null after 900,000 lines',
    typeDefs: `type Query { me: Me @public } type Me { ${rangeOf(300, (i) => `f${i}: String @auth(onDeny: NULL)`).join(' ')} }`,
    query: `{ me { ${'\n'.repeat(900_000)} ${rangeOf(300, (i) => `f${i}`).join(' ')} } }`,
  },
  ...(['public', 'off', 'filtered'] as const).map((introspection) => ({
    name: `H11 120 messages about a long document, introspection ${introspection}`,
    typeDefs: plain,
    query: `{ item { ${rangeOf(120, (i) => `q${i}`).join(' ')} } } fragment P on Query { ${rangeOf(40_000, (i) => `a${i}:__typename`).join(' ')} }`,
    options: { introspection },
  })),
]

type Handler = (query: string) => Promise<void>

function serve({ typeDefs }: Row, plugins: ReturnType<typeof useGuard>[]): Handler {
  const schema = createSchema({
    typeDefs: [guardTypeDefs, typeDefs],
    // Some of the schemas have no such field.
    resolvers: { Query: { me: () => ({}) } },
    resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
  })
  const yoga = createYoga({ schema, plugins, logging: false })
  return async (query) => {
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    await response.text()
  }
}

/** Milliseconds of CPU time. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

const medianOf = (times: number[]) => times.sort((one, other) => one - other)[times.length >> 1] ?? 0

async function measure(row: Row): Promise<void> {
  const bare = serve(row, [])
  const guarded = serve(row, [useGuard({ ...OPTIONS, ...row.options })])
  const times = { bare: [[], []] as number[][], guarded: [[], []] as number[][] }
  for (let round = 0; round < ROUNDS; round++) {
    // Another text each round, so that no cache knows it.
    const query = `${row.query} #${round}`
    for (const [side, handle] of Object.entries({ bare, guarded })) {
      const [first, later] = times[side as keyof typeof times]
      const cold = await cpuOf(() => handle(query))
      const warm = await cpuOf(() => handle(query))
      // The first round is V8's, to compile.
      if (round > 0) first?.push(cold)
      if (round > 0) later?.push(warm)
    }
  }
  const [bareFirst = 0, bareLater = 0] = times.bare.map(medianOf)
  const [first = 0, later = 0] = times.guarded.map(medianOf)
  console.log(
    `${row.name} (${Math.round(row.query.length / 1000)} KB): first ${ratio(first, bareFirst)}, later ${ratio(later, bareLater)}`,
  )
}

function ratio(guarded: number, bare: number): string {
  return `${guarded.toFixed(1)} ms, ${(guarded / bare).toFixed(2)} times ${bare.toFixed(1)} ms`
}

const wanted = process.argv[2] ?? ''
for (const row of ROWS.filter(({ name }) => name.includes(wanted))) await measure(row)
