import type { GraphQLError, GraphQLSchema } from 'graphql'
import { type Request, ruleOnRequest } from './adapter.js'
import type { Refusal } from './decide.js'
import { findSchemaJudge, guardSchemaWith } from './guard-schema.js'
import { Judges } from './judge.js'
import { type GuardOptions, resolveGuardOptions } from './options.js'
import { findRefusal, refusalErrors } from './refusal.js'

interface Refused {
  errors: GraphQLError[]
}

interface OperationHook {
  readonly args: Request
  setResultAndStopExecution(result: Refused): void
}

interface ResultHook {
  readonly result: unknown
  setResult(result: Refused): void
}

/** The hooks that the guard uses of Envelop's plugins, and so of Yoga's. */
export interface GuardPlugin {
  onPluginInit(payload: { plugins: unknown[] }): void
  onSchemaChange(payload: { schema: GraphQLSchema; replaceSchema(schema: GraphQLSchema): void }): void
  onExecute(payload: OperationHook): { onExecuteDone(payload: ResultHook): void } | undefined
  onSubscribe(payload: OperationHook): { onSubscribeResult(payload: ResultHook): void } | undefined
}

/**
 * The guard as a plugin of Yoga, or of any server on Envelop: guards the schema, and refuses before execution with
 * status and challenge and without `data`. Throws `OptionError` at once, `GuardSchemaError` where the server takes the
 * schema.
 */
export function useGuard(options: GuardOptions): GuardPlugin {
  const config = resolveGuardOptions(options)
  const judges = new Judges(config)
  // A server may take its schema anew for each request.
  const guarded = new WeakMap<GraphQLSchema, GraphQLSchema>()

  /** Whether there is more to look at when it has been executed. */
  function rule({ args, setResultAndStopExecution }: OperationHook): boolean {
    const ruling = ruleOnRequest(findSchemaJudge(args.schema) ?? judges.findJudge(args.schema), args)
    if (ruling.kind === 'refused') setResultAndStopExecution(answerOf(ruling.refusal))
    return ruling.kind === 'pending'
  }

  const plugin: GuardPlugin = {
    onPluginInit({ plugins }) {
      // First of all plugins: a cache before the guard would answer anybody.
      plugins.splice(plugins.indexOf(plugin), 1)
      plugins.unshift(plugin)
    },
    onSchemaChange({ schema, replaceSchema }) {
      if (findSchemaJudge(schema) !== undefined) return
      const replacement = guarded.get(schema) ?? guardSchemaWith(schema, config)
      guarded.set(schema, replacement)
      replaceSchema(replacement)
    },
    onExecute(payload) {
      return rule(payload) ? { onExecuteDone: refuseDone } : undefined
    },
    onSubscribe(payload) {
      return rule(payload) ? { onSubscribeResult: refuseDone } : undefined
    },
  }
  return plugin
}

/** What policies refused within the execution is answered as any refusal. */
function refuseDone({ result, setResult }: ResultHook): void {
  const refusal = findRefusal((result as { readonly errors?: unknown } | null)?.errors)
  if (refusal !== undefined) setResult(answerOf(refusal))
}

function answerOf(refusal: Refusal): Refused {
  return { errors: refusalErrors(refusal, { http: true }) }
}
