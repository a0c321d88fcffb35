import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { ruleOnRequest } from './adapter.js'
import { findSchemaJudge } from './guard-schema.js'
import { findRefusal, refusalError, refusalErrors, refusalHttp } from './refusal.js'

/** What the guard uses of an Apollo request context, version 4 and 5. */
interface ApolloRequest {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly request: {
    readonly operationName?: string | undefined
    readonly variables?: Readonly<Record<string, unknown>> | undefined
  }
  readonly contextValue: unknown
  readonly response: ApolloResponse
}

interface ApolloResponse {
  readonly http: { status?: number | undefined; readonly headers: Map<string, string> }
  // Read only where it is known to be one result.
  body?: unknown
}

interface ApolloRequestListener {
  didResolveOperation(request: ApolloRequest): Promise<void>
  willSendResponse(request: {
    readonly errors?: readonly unknown[]
    readonly response: ApolloResponse
  }): Promise<void>
}

/** The hooks that the guard uses of Apollo Server's plugins. */
export interface ApolloGuard {
  serverWillStart(service: { readonly schema: GraphQLSchema }): Promise<void>
  requestDidStart(): Promise<ApolloRequestListener>
}

/**
 * The guard as a plugin of Apollo Server, beside a schema from `guardSchema`: refuses before execution with status and
 * challenge and without `data`. The server does not start with a schema that is not guarded.
 */
export function apolloGuard(): ApolloGuard {
  return {
    async serverWillStart({ schema }) {
      if (findSchemaJudge(schema) === undefined) {
        throw new Error('apolloGuard: the schema is not guarded; give ApolloServer what guardSchema answers')
      }
    },
    async requestDidStart() {
      return { didResolveOperation, willSendResponse }
    },
  }
}

/** The hook before all others that could answer: a cache among them. */
async function didResolveOperation({
  schema,
  document,
  request,
  contextValue,
}: ApolloRequest): Promise<void> {
  const ruling = ruleOnRequest(findSchemaJudge(schema) ?? null, {
    schema,
    document,
    contextValue,
    operationName: request.operationName,
    variableValues: request.variables,
  })
  if (ruling.kind === 'refused') throw refusalError(ruling.refusal, 'operation')
}

async function willSendResponse({
  errors,
  response,
}: {
  readonly errors?: readonly unknown[]
  readonly response: ApolloResponse
}): Promise<void> {
  const refusal = findRefusal(errors)
  if (refusal === undefined) return
  const { status, headers } = refusalHttp(refusal)
  response.http.status = status
  for (const [name, value] of Object.entries(headers)) response.http.headers.set(name.toLowerCase(), value)
  const formatted: GraphQLFormattedError[] = refusalErrors(refusal, { http: false }).map((error) =>
    error.toJSON(),
  )
  response.body = { kind: 'single', singleResult: { errors: formatted } }
}
