import * as graphql from 'graphql'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  parse,
  subscribe,
} from 'graphql'
import { createYoga } from 'graphql-yoga'
import { type GuardOptions, guardSchema, useGuard, type Viewer } from '../../../src/guard/index.js'
import { redirectMetaFields } from '../../../src/guard/meta-fields.js'
import type { Host } from './host.js'

export interface Request {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
  readonly viewer?: Viewer
}

export interface Answer {
  readonly errors: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[]
  /** Undefined where the answer has no such key. */
  readonly data: unknown
  /** What ran for this answer. */
  readonly ran: readonly string[]
  /** Only over HTTP. */
  readonly response?: Response
}

export type Run = (request: Request) => Promise<Answer>

/** A way to reach a guarded schema; each is a door of its own and must hold alone. */
export type Door = (host: Host, options?: Partial<GuardOptions>) => Run

export const ANYBODY: Viewer = { kind: 'anonymous' }

interface Context {
  readonly viewer: Viewer
}

const OPTIONS: GuardOptions = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as Context).viewer,
}

/** A real Yoga with the plugin, over HTTP. */
export const viaYoga: Door = (host, options) => {
  let viewer: Viewer = ANYBODY
  const yoga = createYoga({
    schema: host.schema,
    context: () => ({ viewer }),
    plugins: [useGuard({ ...OPTIONS, ...options })],
    logging: false,
  })
  return async (request) => {
    viewer = request.viewer ?? ANYBODY
    host.ran.length = 0
    const { query, variables, operationName } = request
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: acceptOf(query) },
      body: JSON.stringify({ query, variables, operationName }),
    })
    return { ...readBody(await response.text()), ran: [...host.ran], response }
  }
}

/** `guardSchema` alone: graphql's own `execute` and `subscribe`, no validation, no plugin. */
export const viaExecute: Door = (host, options) => {
  const schema = guardSchema(host.schema, { ...OPTIONS, ...options })
  return async (request) => {
    host.ran.length = 0
    const result = await executeRaw(schema, parse(request.query), request)
    return { errors: [], data: undefined, ...JSON.parse(JSON.stringify(result)), ran: [...host.ran] }
  }
}

/** As behind an adapter: by what stands in for `__schema`, since graphql 16 asks no schema for its own. */
export function executeRedirected(
  schema: GraphQLSchema,
  document: DocumentNode,
  request: Omit<Request, 'query'> = {},
): Promise<ExecutionResult> {
  return executeRaw(schema, redirectMetaFields(schema, document), request)
}

export async function executeRaw(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variables, operationName, viewer = ANYBODY }: Omit<Request, 'query'> = {},
): Promise<ExecutionResult> {
  const args = { schema, document, variableValues: variables, operationName, contextValue: { viewer } }
  const isSubscription = document.definitions.some(
    (definition) => definition.kind === 'OperationDefinition' && definition.operation === 'subscription',
  )
  if (!isSubscription) return executeAny(args)
  const stream = await subscribe(args)
  if (!(Symbol.asyncIterator in stream)) return stream
  const first = await stream.next()
  await stream.return?.(undefined)
  return first.value ?? {}
}

/** graphql 17 wants a schema that has @defer executed by a function of its own. */
async function executeAny(args: ExecutionArgs): Promise<ExecutionResult> {
  const { experimentalExecuteIncrementally } = graphql as {
    readonly experimentalExecuteIncrementally?: (args: ExecutionArgs) => unknown
  }
  if (experimentalExecuteIncrementally === undefined) return graphql.execute(args)
  const result = (await experimentalExecuteIncrementally(args)) as {
    readonly initialResult?: ExecutionResult
  }
  return result.initialResult ?? (result as ExecutionResult)
}

export const DOORS: readonly (readonly [name: string, door: Door])[] = [
  ['behind the adapter', viaYoga],
  ['guardSchema alone', viaExecute],
]

/** Where introspection is guarded: graphql 16 asks no schema who may see it, so that there it takes an adapter. */
export const INTROSPECTION_DOORS = DOORS.slice(0, graphql.versionInfo.major < 17 ? 1 : 2)

function acceptOf(query: string): string {
  return query.trimStart().startsWith('subscription') ? 'text/event-stream' : 'application/json'
}

/** The body, or the first event of a stream. */
function readBody(text: string): Pick<Answer, 'errors' | 'data'> {
  const event = /^data: (\{.*\})$/m.exec(text)
  return { errors: [], data: undefined, ...JSON.parse(event?.[1] ?? text) }
}

export function codesOf({ errors }: Answer): unknown[] {
  return errors.map(({ extensions }) => extensions.code)
}

export function coordinatesOf({ errors }: Answer): unknown[] {
  return errors.map(({ extensions }) => extensions.coordinate)
}
