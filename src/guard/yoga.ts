import type { GraphQLError, GraphQLSchema } from 'graphql'
import { type Request, refuseRequest } from './adapter.js'
import { findSchemaJudge, guardSchemaWith } from './guard-schema.js'
import { Judges } from './judge.js'
import { type GuardOptions, resolveGuardOptions } from './options.js'

interface OperationHook {
  readonly args: Request
  setResultAndStopExecution(result: { errors: GraphQLError[] }): void
}

/** The hooks that the guard uses of Envelop's plugins, and so of Yoga's. */
export interface GuardPlugin {
  onSchemaChange(payload: { schema: GraphQLSchema; replaceSchema(schema: GraphQLSchema): void }): void
  onExecute(payload: OperationHook): void
  onSubscribe(payload: OperationHook): void
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

  function refuse({ args, setResultAndStopExecution }: OperationHook): void {
    const errors = refuseRequest(findSchemaJudge(args.schema) ?? judges.findJudge(args.schema), args)
    if (errors !== null) setResultAndStopExecution({ errors })
  }

  return {
    onSchemaChange({ schema, replaceSchema }) {
      if (findSchemaJudge(schema) !== undefined) return
      const replacement = guarded.get(schema) ?? guardSchemaWith(schema, config)
      guarded.set(schema, replacement)
      replaceSchema(replacement)
    },
    onExecute: refuse,
    onSubscribe: refuse,
  }
}
