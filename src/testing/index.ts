import { type GraphQLSchema, parse, validate } from 'graphql'
import type { ErrorCode } from '../base/errors.js'
import { ANONYMOUS, type Identity } from '../base/identity.js'
import { executionOf } from '../guard/adapter.js'
import type { Verdict } from '../guard/decide.js'
import { findSchemaJudge } from '../guard/guard-schema.js'

/** A context as `createAuthContext` makes it, with the parts that a guard reads. */
export interface TestContext {
  readonly identity: Identity
  readonly claims: Readonly<Record<string, unknown>> | null
}

export interface TestViewer {
  /** @default "tester" */
  subject?: string
  roles?: readonly string[]
  scopes?: readonly string[]
  /** Whether the token is fresh, or until when (seconds since 1970). @default false */
  fresh?: boolean | number
  /** When the password was last entered (seconds since 1970), for `@fresh(maxAge:)`. */
  authTime?: number
  /** Further claims. */
  claims?: Readonly<Record<string, unknown>>
}

/** Creates the context of a user with a valid access token, for tests of a guarded schema. */
export function as(viewer: TestViewer = {}): TestContext {
  const { subject = 'tester', roles = [], scopes = [], fresh = false, authTime, claims } = viewer
  const identity: Identity = {
    kind: 'active',
    subject,
    tokenId: null,
    sessionId: null,
    location: 'header',
    header: {},
  }
  const time = authTime === undefined ? {} : { auth_time: authTime }
  return { identity, claims: { ...claims, sub: subject, roles, scope: scopes.join(' '), fresh, ...time } }
}

/** Creates the context of a request without a token. */
export function asNobody(): TestContext {
  return { identity: ANONYMOUS, claims: null }
}

export interface TestRequest {
  query: string
  variables?: Readonly<Record<string, unknown>>
  operationName?: string
  /** The context of the execution: from `as`, or the host's own. @default the context of a request without a token */
  context?: unknown
}

/**
 * Resolves when the guard allows the operation. Nothing is executed.
 * @throws {Error} naming the code, when the guard refuses it.
 */
export async function expectAllowed(schema: GraphQLSchema, request: TestRequest): Promise<void> {
  const verdict = await judge(schema, request)
  if (verdict.kind === 'allowed') return
  throw new Error(`expected the guard to allow it, but it refuses it: ${describe(verdict)}`)
}

/**
 * Resolves when the guard refuses the operation, with this code if one is given. Nothing is executed.
 * @throws {Error} when the guard allows it, or refuses with another code.
 */
export async function expectRefused(
  schema: GraphQLSchema,
  request: TestRequest,
  code?: ErrorCode,
): Promise<void> {
  const verdict = await judge(schema, request)
  const expected = code === undefined ? 'refuse it' : `refuse it with ${code}`
  if (verdict.kind === 'allowed') throw new Error(`expected the guard to ${expected}, but it allows it`)
  if (code === undefined || verdict.refusal.code === code) return
  throw new Error(`expected the guard to ${expected}, but it refuses it: ${describe(verdict)}`)
}

async function judge(schema: GraphQLSchema, request: TestRequest): Promise<Verdict> {
  const judge = findSchemaJudge(schema)
  if (judge === undefined) throw new Error('the schema is not guarded; test what guardSchema answers')
  const document = parse(request.query)
  const [invalid] = validate(schema, document)
  // An invalid document would be refused whatever the rules are.
  if (invalid !== undefined) throw new Error(`the document is not valid: ${invalid.message}`)
  const { operationName, variables, context = asNobody() } = request
  const execution = executionOf({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: context,
  })
  if (typeof execution === 'string') throw new Error('the document has no operation of that name')
  return judge.judge(execution)
}

function describe({ refusal }: Extract<Verdict, { kind: 'refused' }>): string {
  const coordinates = refusal.mentions.map(({ coordinate }) => coordinate)
  return [refusal.code, ...coordinates].join(' ')
}
