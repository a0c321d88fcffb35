import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql'
import type { Request, Ruling } from './adapter.js'
import { type Asked, type Begun, beginExecution, findBegun } from './execution-mark.js'
import { mayHoldData } from './foreign-answers.js'
import { findRefusal, refusalErrors } from './refusal.js'

export interface Refused {
  errors: GraphQLError[]
}

/** What Envelop's and Yoga's hooks have in common that are told a result. */
export interface ResultHook {
  readonly result: unknown
  setResult(result: Refused | ExecutionResult): void
}

interface AnswerHook extends ResultHook {
  readonly request: unknown
  readonly context: object
}

interface Yoga {
  getEnveloped(context: object): {
    readonly schema: GraphQLSchema
    parse(text: string): DocumentNode
    contextFactory(): unknown
  }
}

/** The hooks that only Yoga has: around what Envelop sees. */
export interface AnswerPlugin {
  onYogaInit(payload: { yoga: Yoga }): void
  onParams(payload: { params: Asked; context: object }): void
  onExecutionResult(payload: AnswerHook): void | Promise<void>
}

/**
 * Looks at every answer of Yoga's over HTTP, also at one that a plugin gave before there was an execution, or a context to
 * judge by.
 */
export function watchAnswers(rule: (request: Request) => Promise<Ruling>): AnswerPlugin {
  let yoga: Yoga

  async function judgeAnswer(hook: AnswerHook, begun: Begun | undefined): Promise<void> {
    const params = begun?.asked ?? {}
    const { query, variables: variableValues, operationName } = params
    const context = Object.assign(hook.context, { request: hook.request, params })
    const { parse, schema, contextFactory } = yoga.getEnveloped(context)
    const document = parse(query ?? '')
    // Envelop builds the context into the object that it is given. Once: the host's part may be costly.
    const contextValue = begun?.isContextBuilt ? context : await contextFactory()
    refuseBy(await rule({ schema, document, operationName, variableValues, contextValue }), hook)
  }

  return {
    onYogaInit(payload) {
      yoga = payload.yoga
    },
    onParams({ params, context }) {
      beginExecution(context, params)
    },
    onExecutionResult(hook) {
      const begun = findBegun(hook.context)
      if (begun?.ran || !mayHoldData(hook.result)) return refuseRun(hook)
      return judgeAnswer(hook, begun)
    },
  }
}

/** Notes that a context was built, by Envelop's hook around that. */
export function noteContext({ context }: { readonly context: object }): () => void {
  return () => {
    const begun = findBegun(context)
    if (begun !== undefined) begun.isContextBuilt = true
  }
}

export function refuseBy(ruling: Ruling, { setResult }: Pick<ResultHook, 'setResult'>): void {
  if (ruling.kind === 'refused') setResult({ errors: refusalErrors(ruling.refusal, { http: true }) })
  if (ruling.kind === 'answered') setResult(ruling.result)
}

/** What policies refused within the execution is answered as any refusal. */
export function refuseRun({ result, setResult }: ResultHook): void {
  const refusal = findRefusal((result as { readonly errors?: unknown } | null | undefined)?.errors)
  if (refusal !== undefined) refuseBy({ kind: 'refused', refusal }, { setResult })
}
