import { type DocumentNode, type GraphQLSchema, specifiedRules, type ValidationRule, validate } from 'graphql'
import { refuseUnknownOptions } from '../base/check-options.js'
import { AuthError } from '../base/errors.js'
import { httpOf, toGraphQLError } from '../base/graphql-error.js'
import { concealErrors, concealNamesOf } from './conceal-names.js'
import { findReplacedFields } from './guard-schema.js'
import { hasOwnMetaFields, redirectMetaFields } from './meta-fields.js'
import { findRefusal, refusalErrors, refusalHttp } from './refusal.js'

interface Reply {
  code(status: number): unknown
  header(name: string, value: string): unknown
}

interface MercuriusContext {
  /** Absent on a WebSocket. */
  readonly reply?: Reply | undefined
  /** More than one: a batch, whose answer has one status for all. */
  readonly operationsCount?: number | undefined
}

interface MercuriusExecution {
  data?: unknown
  errors?: unknown
}

/** What the guard uses of a Fastify application with Mercurius. */
export interface MercuriusApp {
  readonly graphql: {
    readonly schema: GraphQLSchema
    addHook(
      name: 'onResolution',
      hook: (execution: MercuriusExecution, context: MercuriusContext) => Promise<void>,
    ): void
    addHook(
      name: 'preExecution',
      hook: (
        schema: GraphQLSchema,
        document: DocumentNode,
      ) => Promise<{ document: DocumentNode } | undefined>,
    ): void
    addHook(name: 'preSubscriptionExecution', hook: (schema: GraphQLSchema) => Promise<void>): void
    addHook(
      name: 'preValidation',
      hook: (schema: GraphQLSchema, document: DocumentNode) => Promise<void>,
    ): void
  }
  readonly log: { error(line: string): void }
}

export interface MercuriusGuardOptions {
  /**
   * The `validationRules` that Mercurius has, `limitsRule()` for example. With `introspection` other than `'public'` the guard
   * validates before Mercurius does, and by these rules too.
   * @default []
   */
  validationRules?: readonly ValidationRule[]
}

/**
 * Makes Mercurius answer refusals with status and challenge and without `data`. Call it when Mercurius is registered,
 * with a schema from `guardSchema`: that refuses, before anything runs. Resolvers and loaders that Mercurius is given are
 * guarded too. Throws when the schema is not guarded; when another schema or field takes its place later, nothing is executed.
 */
export function mercuriusGuard(app: MercuriusApp, options: MercuriusGuardOptions = {}): void {
  refuseUnknownOptions(options, ['validationRules'])
  const { validationRules = [] } = options
  const problem = findProblem(app.graphql.schema)
  if (problem !== null) throw new Error(problem)
  // Mercurius lets schema and resolvers be replaced at any time.
  const requireGuarded = async (schema: GraphQLSchema) => {
    const problem = findProblem(schema)
    if (problem === null) return
    app.log.error(problem)
    const error = new AuthError('INTERNAL_SERVER_ERROR')
    // The form in which Mercurius takes the status from an error, and the extensions.
    throw Object.assign(error, {
      extensions: toGraphQLError(error).extensions,
      statusCode: httpOf(error).status,
    })
  }
  const rules = [...specifiedRules, ...validationRules]
  app.graphql.addHook('preValidation', async (schema, document) => requireValid(schema, document, rules))
  app.graphql.addHook('preExecution', async (schema, document) => {
    await requireGuarded(schema)
    const redirected = redirectMetaFields(schema, document)
    // Another document is not compiled: only where it has to be.
    return redirected === document ? undefined : { document: redirected }
  })
  app.graphql.addHook('preSubscriptionExecution', requireGuarded)
  app.graphql.addHook('onResolution', async (execution, { reply, operationsCount = 1 }) => {
    const refusal = findRefusal(execution.errors)
    if (refusal === undefined) return
    execution.errors = refusalErrors(refusal, { http: false }).map((error) => error.toJSON())
    delete execution.data
    if (reply === undefined || operationsCount > 1) return
    const { status, headers } = refusalHttp(refusal)
    reply.code(status)
    for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  })
}

/**
 * Where not everybody may see the schema, says of a document that does not fit it what may be said, before Mercurius does.
 * It looks at each text once, as Mercurius, which keeps those that are valid.
 */
function requireValid(schema: GraphQLSchema, document: DocumentNode, rules: readonly ValidationRule[]): void {
  if (!hasOwnMetaFields(schema)) return
  const errors = validate(schema, document, rules)
  if (errors.length === 0) return
  // In the form of Mercurius's own error.
  throw Object.assign(new Error('Graphql validation error'), {
    code: 'MER_ERR_GQL_VALIDATION',
    statusCode: 400,
    errors: concealErrors(errors, document, concealNamesOf(schema)),
  })
}

function findProblem(schema: GraphQLSchema): string | null {
  const replaced = findReplacedFields(schema)
  if (replaced === undefined) {
    return 'mercuriusGuard: the schema is not guarded; give Mercurius what guardSchema returns'
  }
  if (replaced.length === 0) return null
  return `mercuriusGuard: ${replaced.join(', ')}: put the fields into the schema before it is guarded`
}
