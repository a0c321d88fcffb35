import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql'
import { type Request, type Ruling, ruleOnRequest } from './adapter.js'
import { type Begun, beginExecution, findBegun } from './execution-mark.js'
import {
  type ForeignAnswers,
  mayHoldData,
  readForeignAnswers,
  ruleOnForeignAnswer,
  ruleOnForeignStream,
} from './foreign-answers.js'
import { findBearerWatch, findSchemaJudge, guardSchemaWith } from './guard-schema.js'
import type { Judge } from './judge.js'
import { mayBeLive, startLive } from './live-answers.js'
import { redirectMetaFields } from './meta-fields.js'
import { type GuardOptions, resolveGuardOptions } from './options.js'
import {
  noteContext,
  type Refused,
  type ResultHook,
  refuseBy,
  refuseRun,
  watchAnswers,
} from './yoga-answers.js'
import { answerIntrospection, useConcealedNames } from './yoga-introspection.js'

export interface UseGuardOptions extends GuardOptions {
  /**
   * What becomes of an answer to a guarded operation that the schema's resolvers did not give for this very request: that
   * of a response cache, or of an executor elsewhere. Nothing in it says whose it is, so that it is refused, and the log
   * says why. With `'judge'` it is given to whoever the guard lets through: for a cache whose key has the session, and for
   * executors that are told who asks. What would be null for the caller (`onDeny: NULL`) is refused then too.
   * @default 'refuse'
   */
  foreignAnswers?: ForeignAnswers
}

interface OperationHook {
  readonly args: Request & { document: DocumentNode }
  readonly context: object
  setResultAndStopExecution(result: Refused): void
}

interface LiveHook extends ResultHook {
  readonly result: AsyncIterable<unknown>
}

interface SchemaHook {
  readonly schema: GraphQLSchema
  replaceSchema(schema: GraphQLSchema): void
}

/** The hooks that the guard uses of Envelop's plugins, and so of Yoga's. */
export interface GuardPlugin {
  onPluginInit(payload: { plugins: unknown[] }): void
  onSchemaChange(payload: SchemaHook): void
  onContextBuilding(payload: { readonly context: object }): () => void
  onExecute(payload: OperationHook): { onExecuteDone(payload: ResultHook): void | Promise<void> } | undefined
  onSubscribe(payload: OperationHook): { onSubscribeResult(payload: ResultHook): void } | undefined
}

/**
 * The guard as a plugin of Yoga, or of any server on Envelop: guards the schema, and refuses before execution with
 * status and challenge and without `data`. Throws `OptionError` at once, `GuardSchemaError` where the server takes the
 * schema.
 */
export function useGuard(options: UseGuardOptions): GuardPlugin {
  const config = resolveGuardOptions(options, ['foreignAnswers'])
  const foreignAnswers = readForeignAnswers(options.foreignAnswers)
  // A server may take its schema anew for each request.
  const guarded = new WeakMap<GraphQLSchema, GraphQLSchema>()

  /** What is to be looked after; null where it is refused. */
  function begin({ args, context, setResultAndStopExecution }: OperationHook): Begun | null {
    const ruling = ruleOnRequest(requireJudge(args.schema), args)
    refuseBy(ruling, { setResult: setResultAndStopExecution })
    if (ruling.kind === 'refused') return null
    args.document = redirectMetaFields(args.schema, args.document)
    const begun = findBegun(context)
    if (begun === undefined || begun.asked === null) return beginExecution(context)
    // Whatever ran before, for the context itself, is another execution.
    begun.ran = false
    return begun
  }

  async function rule(request: Request): Promise<Ruling> {
    const judge = requireJudge(request.schema)
    return answerIntrospection(request, judge) ?? ruleOnForeignAnswer({ judge, request, foreignAnswers })
  }

  async function ruleOnDone(request: Request, done: ResultHook): Promise<void> {
    refuseBy(await rule(request), done)
  }

  /** Yoga shows in the end what it asked for itself, and then it is ruled on. */
  function ruleUnlessShown(begun: Begun, request: Request, done: ResultHook): void | Promise<void> {
    if (begun.asked !== null) return undefined
    if (begun.ran || !mayHoldData(done.result)) return refuseRun(done)
    return ruleOnDone(request, done)
  }

  async function ruleOnLive(begun: Begun, request: Request, { result, setResult }: LiveHook): Promise<void> {
    const [judge, watchBearer] = [requireJudge(request.schema), findBearerWatch(request.schema)]
    if (watchBearer === undefined) return
    const live = await startLive(result, { request, judge, watchBearer, begun })
    setResult(live as ExecutionResult)
    await ruleUnlessShown(begun, request, { result: live, setResult })
  }

  function onSchemaChange({ schema, replaceSchema }: SchemaHook): void {
    if (findSchemaJudge(schema) !== undefined) return
    const replacement = guarded.get(schema) ?? guardSchemaWith(schema, config)
    guarded.set(schema, replacement)
    replaceSchema(replacement)
  }

  const plugin: GuardPlugin = {
    onPluginInit({ plugins }) {
      // First of all, to refuse before another answers; and last, for what was answered before there was an execution.
      plugins.splice(plugins.indexOf(plugin), 1)
      plugins.unshift(plugin)
      // Twice, since Envelop leaves one plugin out when a schema is set in `onEnveloped`: it takes the place among the plugins
      // with that hook for the place among all.
      plugins.push({ ...watchAnswers(rule), onSchemaChange })
      if (config.introspection !== 'public') plugins.push(useConcealedNames())
    },
    onSchemaChange,
    onContextBuilding: noteContext,
    onExecute(payload) {
      const begun = begin(payload)
      if (begun === null) return undefined
      return {
        onExecuteDone({ result, setResult }) {
          if (mayBeLive(result, begun)) return ruleOnLive(begun, payload.args, { result, setResult })
          return ruleUnlessShown(begun, payload.args, { result, setResult })
        },
      }
    },
    onSubscribe(payload) {
      const begun = begin(payload)
      if (begun === null || begun.asked !== null) return undefined
      return {
        onSubscribeResult(done) {
          if (begun.ran || !mayHoldData(done.result)) return refuseRun(done)
          const { args: request } = payload
          refuseBy(
            ruleOnForeignStream({ judge: requireJudge(request.schema), request, foreignAnswers }),
            done,
          )
        },
      }
    },
  }
  return plugin
}

/** Throws, for the log, when a plugin put a schema into the request that the guard was never shown. */
function requireJudge(schema: GraphQLSchema): Judge {
  const judge = findSchemaJudge(schema)
  if (judge !== undefined) return judge
  throw new Error(
    'The schema of this request is not guarded: a plugin put it there without setSchema or replaceSchema, so that useGuard ' +
      'could not wrap it. Guard it with guardSchema first',
  )
}
