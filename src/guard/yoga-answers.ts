import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql'
import type { Request, Ruling } from './adapter.js'
import { mayHoldData } from './foreign-answers.js'
import { refusalErrors } from './refusal.js'

/** Where what a client asked for is kept, until there is an execution of it. */
const ASKED = Symbol('asked')

interface Params {
  readonly query?: string | null | undefined
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

interface Context {
  [ASKED]?: Params | null
}

export interface Refused {
  errors: GraphQLError[]
}

/** What Envelop's and Yoga's hooks have in common that are told a result. */
export interface ResultHook {
  readonly result: unknown
  setResult(result: Refused): void
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
  onParams(payload: { params: Params; context: object }): void
  onExecutionResult(payload: AnswerHook): void | Promise<void>
}

/** The execution has begun, and whoever began it looks after its answer. */
export function noteExecuted(context: object): void {
  ;(context as Context)[ASKED] = null
}

/** Has answers judged that a plugin gave before there was an execution, or a context to judge by. */
export function watchAnswers(rule: (request: Request) => Promise<Ruling>): AnswerPlugin {
  let yoga: Yoga

  async function judgeAnswer({ request, context, ...hook }: AnswerHook, asked: Params): Promise<void> {
    const { query, variables: variableValues, operationName } = asked
    const { parse, schema, contextFactory } = yoga.getEnveloped(
      Object.assign(context, { request, params: asked }),
    )
    const document = parse(query ?? '')
    const contextValue = await contextFactory()
    refuseBy(await rule({ schema, document, operationName, variableValues, contextValue }), hook)
  }

  return {
    onYogaInit(payload) {
      yoga = payload.yoga
    },
    onParams({ params, context }) {
      ;(context as Context)[ASKED] = params
    },
    onExecutionResult(hook) {
      const asked = (hook.context as Context)[ASKED]
      if (asked === null || !mayHoldData(hook.result)) return undefined
      return judgeAnswer(hook, asked ?? {})
    },
  }
}

export function refuseBy(ruling: Ruling, { setResult }: Pick<ResultHook, 'setResult'>): void {
  if (ruling.kind === 'refused') setResult({ errors: refusalErrors(ruling.refusal, { http: true }) })
}
