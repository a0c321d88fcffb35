import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type GraphQLSchema, parse } from 'graphql'
import { expect, test } from 'vitest'
import { useGuard, type Viewer } from '../../../src/guard/index.js'
import { arbitraryRequests, type ModelRequest } from './arbitrary-document.js'
import { arbitraryModel } from './arbitrary-model.js'
import { arbitraryViewer } from './arbitrary-viewer.js'
import { type Model, printModel } from './model.js'
import { NOW } from './rules.js'
import { type Expected, expectedOf } from './verdict.js'
import { GUARDED_WAYS } from './ways.js'
import { buildWitnessed, type Testimony } from './witness.js'

/** Each run is one schema with up to three documents and five viewers. */
const RUNS = Number(process.env.ORACLE_RUNS ?? 400)

const arbitraryCase = arbitraryModel.chain((model) =>
  fc.record({
    model: fc.constant(model),
    requests: arbitraryRequests(model),
    viewers: fc.array(arbitraryViewer, { minLength: 1, maxLength: 5 }),
    way: fc.constantFrom(...Object.keys(GUARDED_WAYS)),
  }),
)

const OPTIONS = {
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
  clock: { now: () => NOW * 1000, elapsed: () => 0 },
}

test('no value that the viewer may not see ever appears, and what may be seen is not refused', {
  timeout: 60_000,
  // Another try has other cases, and would hide what this one found.
  retry: 0,
}, async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(arbitraryCase, async (drawn) => {
      await check(drawn)
      runs++
    }),
    {
      numRuns: RUNS,
      interruptAfterTimeLimit: 55_000,
      endOnFailure: process.env.ORACLE_SHRINKS === 'no',
    },
  )
  if (runs < RUNS) console.log(`${runs} of ${RUNS} runs: there was no time for more`)
})

test('the oracle looks at the guard through its door only', () => {
  const folder = new URL('.', import.meta.url)
  for (const file of readdirSync(folder)) {
    const imports = readFileSync(new URL(file, folder), 'utf8').match(/from '[^']*src\/[^']*'/g) ?? []
    for (const specifier of imports) expect(specifier).toBe("from '../../../src/guard/index.js'")
  }
})

type Drawn = typeof arbitraryCase extends fc.Arbitrary<infer T> ? T : never

async function check({ model, requests, viewers, way }: Drawn): Promise<void> {
  const witnessed = buildWitnessed(model)
  const options = { ...OPTIONS, unmarked: model.unmarked }
  const guarded = GUARDED_WAYS[way]?.(witnessed.schema, options) ?? witnessed.schema
  // One for all operations, as on a socket: its viewer changes from one to the next.
  const kept = {}
  const adapter = plugIn(witnessed.schema, options)
  for (const request of requests) {
    const truth = await witnessed.witness(witnessed.schema, request, { kind: 'anonymous' })
    expect(truth.result.errors).toBeUndefined()
    for (const viewer of viewers) {
      const expected = expectedOf(truth, viewer)
      const testimony = await witnessed.witness(guarded, request, viewer, kept)
      explain({ model, request, viewer, way }, () => {
        expectTestimony(testimony, expected)
        const refusedEarly = adapter(request, viewer)
        expect(refusedEarly).toBe(expected.kind === 'refused' ? expected.code : null)
      })
    }
  }
}

function expectTestimony({ result, visits }: Testimony, expected: Expected): void {
  const codes = (result.errors ?? []).map(({ extensions }) => extensions?.code)
  if (expected.kind === 'refused') {
    expect(visits.map(({ coordinate }) => coordinate)).toEqual([])
    expect([...new Set(codes)]).toEqual([expected.code])
    return
  }
  expect(result.data).toEqual(expected.data)
  expect(codes.sort()).toEqual(expected.codes)
}

/** The plugin as a server calls it: which code it refuses with before execution, if any. */
function plugIn(schema: GraphQLSchema, options: Parameters<typeof useGuard>[0]) {
  const plugin = useGuard(options)
  let guarded = schema
  plugin.onSchemaChange({ schema, replaceSchema: (replacement) => (guarded = replacement) })
  return ({ query, variables }: ModelRequest, viewer: Viewer): unknown => {
    let code: unknown = null
    const context = { viewer }
    plugin.onExecute({
      args: { schema: guarded, document: parse(query), variableValues: variables, contextValue: context },
      context,
      setResultAndStopExecution: ({ errors }) => {
        code = errors[0]?.extensions.code
      },
    })
    return code
  }
}

interface Explained {
  readonly model: Model
  readonly request: ModelRequest
  readonly viewer: Viewer
  readonly way: string
}

function explain(what: Explained, check: () => void): void {
  try {
    check()
  } catch (cause) {
    const { model, request, viewer, way } = what
    const told = [printModel(model), request.query, JSON.stringify(request.variables), JSON.stringify(viewer)]
    throw new Error(`${way}; unmarked: ${model.unmarked}\n${told.join('\n\n')}\n\n${cause}`, { cause })
  }
}
