import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { refuseUnknownOptions } from '../base/check-options.js'
import { type Request, ruleOnRequest } from './adapter.js'
import { concealNamesOf } from './conceal-names.js'
import type { Refusal } from './decide.js'
import { beginExecution, findBegun } from './execution-mark.js'
import {
  type ForeignAnswers,
  mayHoldData,
  readForeignAnswers,
  ruleOnForeignAnswer,
} from './foreign-answers.js'
import { findSchemaJudge } from './guard-schema.js'
import { hasOwnMetaFields, redirectMetaFields } from './meta-fields.js'
import { findRefusal, refusalError, refusalErrors, refusalHttp } from './refusal.js'

/** What the guard uses of an Apollo request context, version 4 and 5. */
interface ApolloRequest {
  readonly schema: GraphQLSchema
  /** What is executed, by the time that every plugin has seen it. */
  document: DocumentNode
  readonly request: {
    readonly operationName?: string | undefined
    readonly variables?: Readonly<Record<string, unknown>> | undefined
  }
  readonly contextValue: object
  readonly response: ApolloResponse
  /** Whether it is one of a batch, whose response has one status for all. */
  readonly requestIsBatched?: boolean | undefined
  readonly logger?: { error(line: string): void }
}

/** When errors are about to be formatted: those that are in the list by then. */
interface ApolloFailure extends Omit<ApolloRequest, 'document'> {
  readonly errors: readonly unknown[]
}

/** As the answer goes out. */
interface ApolloAnswer extends Omit<ApolloRequest, 'document'> {
  readonly document?: DocumentNode | undefined
  readonly errors?: readonly unknown[] | undefined
}

interface ApolloResponse {
  readonly http: { status?: number | undefined; readonly headers: Map<string, string> }
  body?: unknown
}

interface ApolloRequestListener {
  didResolveOperation(request: ApolloRequest): Promise<void>
  didEncounterErrors(failure: ApolloFailure): Promise<void>
  willSendResponse(answer: ApolloAnswer): Promise<void>
}

/** The hooks that the guard uses of Apollo Server's plugins. */
export interface ApolloGuard {
  serverWillStart(service: { readonly schema: GraphQLSchema }): Promise<void>
  requestDidStart(): Promise<ApolloRequestListener>
}

export interface ApolloGuardOptions {
  /**
   * What becomes of an answer to a guarded operation that the schema's resolvers did not give for this very request; as
   * `useGuard` has it.
   * @default 'refuse'
   */
  foreignAnswers?: ForeignAnswers
}

/**
 * The guard as a plugin of Apollo Server, beside a schema from `guardSchema`: refuses before execution with status and
 * challenge and without `data`. The server does not start with a schema that is not guarded. Throws `OptionError`.
 */
export function apolloGuard(options: ApolloGuardOptions = {}): ApolloGuard {
  refuseUnknownOptions(options, ['foreignAnswers'])
  const foreignAnswers = readForeignAnswers(options.foreignAnswers)

  async function findForeignRefusal(answer: ApolloAnswer): Promise<Refusal | undefined> {
    if (findBegun(answer.contextValue)?.ran || !mayHoldData(resultIn(answer.response.body))) return undefined
    const judge = findSchemaJudge(answer.schema) ?? null
    // Whatever has data had a document.
    const request = requestOf(answer as ApolloRequest)
    try {
      const ruling = await ruleOnForeignAnswer({ judge, request, foreignAnswers })
      return ruling.kind === 'refused' ? ruling.refusal : undefined
    } catch (error) {
      // Apollo logs it and fails the request, and with it the whole batch.
      if (!answer.requestIsBatched) throw error
      answer.logger?.error(`Unexpected error processing request: ${error}`)
      return { code: 'INTERNAL_SERVER_ERROR', maxAge: null, mentions: [] }
    }
  }

  return {
    async serverWillStart({ schema }) {
      if (findSchemaJudge(schema) === undefined) {
        throw new Error('apolloGuard: the schema is not guarded; give ApolloServer what guardSchema answers')
      }
    },
    async requestDidStart() {
      return listen(findForeignRefusal)
    },
  }
}

/** Hooks for one operation; each has listeners of its own. */
function listen(
  findForeignRefusal: (answer: ApolloAnswer) => Promise<Refusal | undefined>,
): ApolloRequestListener {
  let refusal: Refusal | undefined
  let isRefusedAhead = false
  let statusBefore: number | undefined

  function answerRefusal({ response, requestIsBatched }: ApolloAnswer, refused: Refusal): void {
    if (!requestIsBatched) addHttp(refused, response)
    // Apollo gives what fails before execution 500, and a batch one status for all of it.
    else if (isRefusedAhead && response.http.status === 500) response.http.status = statusBefore
  }

  return {
    // The hook before all others that could answer: a cache among them.
    async didResolveOperation(request) {
      const ruling = ruleOnRequest(findSchemaJudge(request.schema) ?? null, requestOf(request))
      isRefusedAhead = ruling.kind === 'refused'
      if (ruling.kind === 'refused') throw refusalError(ruling.refusal, 'operation')
      request.document = redirectMetaFields(request.schema, request.document)
      beginExecution(request.contextValue)
    },
    async didEncounterErrors({ errors, response }) {
      refusal = findRefusal(errors)
      if (refusal === undefined) return
      statusBefore = response.http.status
      // In place: Apollo formats this list next, also by the host's `formatError`.
      ;(errors as unknown[]).splice(0, errors.length, ...refusalErrors(refusal, { http: false }))
    },
    async willSendResponse(answer) {
      const { response, schema } = answer
      if (refusal !== undefined) {
        delete (resultIn(response.body) as { data?: unknown }).data
        return answerRefusal(answer, refusal)
      }
      const foreign = await findForeignRefusal(answer)
      if (foreign !== undefined) {
        response.body = bodyOf(foreign)
        answerRefusal(answer, foreign)
      } else if (hasOwnMetaFields(schema)) concealInAnswer(answer)
    },
  }
}

function requestOf({ schema, document, request, contextValue }: ApolloRequest): Request {
  const { operationName, variables: variableValues } = request
  return { schema, document, operationName, variableValues, contextValue }
}

/** Apollo's codes for a document and for variables that do not fit the schema. */
const ABOUT_DOCUMENTS: readonly unknown[] = ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']

/** Has its messages about the document name nothing of the schema that the document does not name. */
function concealInAnswer({ schema, document, response }: ApolloAnswer): void {
  const result = resultIn(response.body) as { errors?: readonly GraphQLFormattedError[] } | undefined
  if (result?.errors === undefined || document === undefined) return
  result.errors = result.errors.map((error) => {
    if (error.path !== undefined || !ABOUT_DOCUMENTS.includes(error.extensions?.code)) return error
    const message = concealNamesOf(schema)(error.message, document)
    if (message === error.message) return error
    // A stack begins with the message.
    const { stacktrace: _, ...extensions } = error.extensions ?? {}
    return { ...error, message, extensions }
  })
}

/** Of what comes in parts, the body itself: it has no errors alone. */
function resultIn(body: unknown): unknown {
  const { singleResult = body } = (body ?? {}) as { readonly singleResult?: unknown }
  return singleResult
}

function addHttp(refusal: Refusal, { http }: ApolloResponse): void {
  const { status, headers } = refusalHttp(refusal)
  http.status = status
  for (const [name, value] of Object.entries(headers)) http.headers.set(name.toLowerCase(), value)
}

/** Of a refusal that Apollo has not formatted: it had a response already. */
function bodyOf(refusal: Refusal): unknown {
  const errors: GraphQLFormattedError[] = refusalErrors(refusal, { http: false }).map((error) =>
    error.toJSON(),
  )
  return { kind: 'single', singleResult: { errors } }
}
