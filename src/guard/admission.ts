import type {
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql'
import type { ErrorCode } from '../base/errors.js'
import { variablesOf } from './conditions.js'
import { ALLOWED, findDenial, type Verdict } from './decide.js'
import { noteRun } from './execution-mark.js'
import type { InputAtlas } from './inputs.js'
import { type Execution, type Judge, Judges } from './judge.js'
import type { GuardConfig } from './options.js'
import { type Demands, demandsOf } from './plan.js'
import { fieldError, refusalError } from './refusal.js'
import type { Requirement } from './rule.js'
import type { TakenViewer } from './viewer.js'

/** A field that is judged before it resolves. */
export interface Site {
  readonly parentName: string
  readonly fieldName: string
  /** Of the guarded schema; null until that is there. */
  parentType: GraphQLObjectType | null
  readonly requirement: Requirement
  /** What it demands by itself, whatever it is given. */
  readonly demands: Demands
  /** Its arguments that are guarded, or can carry something guarded. */
  readonly inputs: readonly SiteInput[]
}

export interface SiteInput {
  readonly name: string
  readonly type: GraphQLInputType
  readonly requirement: Requirement
}

/** The verdict on an execution that is going on, with all that it depends on. */
export interface Judged {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly context: unknown
  verdict: Verdict | Promise<Verdict>
  /** As it was then, if the operation asks for the part of the schema that this viewer may reach; else null. */
  readonly viewer: TakenViewer | null
}

/**
 * Finds the verdict on the operation that a field runs in, if it was given to the same execution. It is kept on
 * `info.variableValues`, of which every execution makes a new one. Not in a WeakMap: an entry for each request cost the
 * garbage collector a tenth of the request. Types are compared, not their names: every field of a long list comes here, and
 * for two texts that are not one in memory, as these are not, V8 calls a function.
 */
export function recall(
  key: symbol,
  site: Site,
  context: unknown,
  info: GraphQLResolveInfo,
): Judged | undefined {
  const judged = (info.variableValues as { readonly [key: symbol]: Judged | undefined })[key]
  return judged !== undefined &&
    judged.context === context &&
    judged.operation === info.operation &&
    judged.schema === info.schema &&
    site.fieldName === info.fieldName &&
    site.parentType === info.parentType
    ? judged
    : undefined
}

/**
 * Whether `info` is about this field: a resolver may have called it with its own. By name, where `recall` goes by
 * identity: a root type that somebody put in place of ours, with our fields, has its operation judged at each of them.
 */
function isAbout({ fieldName, parentName }: Site, info: GraphQLResolveInfo): boolean {
  return info.fieldName === fieldName && info.parentType.name === parentName
}

/** Lets fields of one schema run, or not. The first root field to run has the whole operation judged. */
export class Admission {
  readonly #key: symbol
  readonly #schema: GraphQLSchema
  readonly #judge: Judge
  readonly #judges: Judges
  readonly #inputs: InputAtlas
  readonly #config: GuardConfig

  constructor(
    key: symbol,
    {
      schema,
      judge,
      inputs,
      config,
    }: { schema: GraphQLSchema; judge: Judge; inputs: InputAtlas; config: GuardConfig },
  ) {
    this.#key = key
    this.#schema = schema
    this.#judge = judge
    this.#inputs = inputs
    this.#config = config
    this.#judges = new Judges(config)
  }

  /**
   * Throws the refusal, or what the field is null for. A promise only while policies are asked: one for each field of
   * a long list would cost more than all checks together.
   */
  admit(site: Site, args: object, context: unknown, info: GraphQLResolveInfo): void | Promise<void> {
    const known = recall(this.#key, site, context, info)
    if (known === undefined) noteRun(context)
    const verdict = known === undefined ? this.#judgeOperation(site, context, info) : known.verdict
    if (verdict === null) return enforce(site, this.#judgeAlone(site, args, context, info), 'field')
    const waiting = enforce(site, verdict, 'operation')
    const given = givenInputs(site, args)
    if (given.length === 0) return waiting
    const checkInputs = () => this.#enforceInputs(site, args, { context, given })
    return waiting === undefined ? checkInputs() : waiting.then(checkInputs)
  }

  /**
   * The operation was judged by its document and variables. What the executor hands to the resolver counts too: graphql-jit
   * gives null to an input field whose variable is absent.
   */
  #enforceInputs(
    site: Site,
    args: object,
    { context, given }: { context: unknown; given: readonly SiteInput[] },
  ): void | Promise<void> {
    const demands = demandsOf(this.#inputRequirements(args, given), this.#inputs)
    return enforce(site, this.#judge.judgeAlone(demands, context), 'field')
  }

  /** Returns a function of the code that the operation would be refused with by then, or null. It asks no policies. */
  rejudger(context: unknown, info: GraphQLResolveInfo): () => ErrorCode | null {
    const judge = info.schema === this.#schema ? this.#judge : this.#judges.findJudge(info.schema)
    const rejudge = judge?.rejudger(executionIn(context, info))
    return () => {
      const verdict = rejudge?.()
      return verdict?.kind === 'refused' ? verdict.refusal.code : null
    }
  }

  /** Whoever asks what the schema is, as they were when the operation was judged. */
  viewerOf(site: Site, context: unknown, info: GraphQLResolveInfo): TakenViewer {
    return recall(this.#key, site, context, info)?.viewer ?? this.#config.takeViewer(context)
  }

  #viewerToKeep(execution: Execution): TakenViewer | null {
    const isFiltered = this.#config.introspection === 'filtered'
    const isAskedFor = isFiltered && this.#judge.introspects(execution)
    return isAskedFor ? this.#config.takeViewer(execution.context) : null
  }

  /** Null where the operation is not what this field runs in, or is not known to be. */
  #judgeOperation(site: Site, context: unknown, info: GraphQLResolveInfo): Verdict | Promise<Verdict> | null {
    const { schema, operation } = info
    if (schema !== this.#schema || !isAbout(site, info) || info.path.prev !== undefined) return null
    const execution = executionIn(context, info)
    const verdict = this.#judge.judge(execution)
    const judged: Judged = { schema, operation, context, verdict, viewer: this.#viewerToKeep(execution) }
    // Where it cannot be kept, each field is judged by itself.
    Reflect.defineProperty(info.variableValues, this.#key, { value: judged })
    if (verdict instanceof Promise) settle(judged, verdict)
    return verdict
  }

  /**
   * A field called in the middle. Within a schema that somebody made of ours, a root field has the operation judged by
   * that schema too, so that nothing else runs before a refusal; it may have lost directives, so that is not enough.
   * A schema made of ours that cannot be judged is refused: its other root fields may run before this one.
   */
  #judgeAlone(
    site: Site,
    args: object,
    context: unknown,
    info: GraphQLResolveInfo,
  ): Verdict | Promise<Verdict> {
    const isForeignRoot = info.schema !== this.#schema && info.path.prev === undefined
    const judge = isForeignRoot ? this.#judges.findJudge(info.schema) : null
    if (isForeignRoot && judge === null && isAbout(site, info)) return UNJUDGEABLE
    const there = judge === null ? ALLOWED : judge.judge(executionIn(context, info))
    const alone = () => this.#judge.judgeAlone(this.#demandsOf(site, args), context)
    if (there instanceof Promise)
      return there.then((verdict) => (verdict.kind === 'refused' ? verdict : alone()))
    return there.kind === 'refused' ? there : alone()
  }

  #demandsOf(site: Site, args: object): Demands {
    const given = givenInputs(site, args)
    if (given.length === 0) return site.demands
    return demandsOf([site.requirement, ...this.#inputRequirements(args, given)], this.#inputs)
  }

  #inputRequirements(args: object, given: readonly SiteInput[]): Requirement[] {
    const within = given.flatMap(({ name, type }) => [
      ...this.#inputs.findGiven(type, (args as Record<string, unknown>)[name]).values(),
    ])
    return [...given.map(({ requirement }) => requirement), ...within]
  }
}

function givenInputs({ inputs }: Site, args: object): readonly SiteInput[] {
  return inputs.length === 0 ? inputs : inputs.filter(({ name }) => Object.hasOwn(args, name))
}

const UNJUDGEABLE: Verdict = {
  kind: 'refused',
  refusal: {
    code: 'INTERNAL_SERVER_ERROR',
    maxAge: null,
    mentions: [],
    cause: new TypeError(
      'a schema that was derived from the guarded one cannot be judged: guard the derived schema',
    ),
  },
}

/** Once policies have answered, the fields that follow need no promise. */
async function settle(judged: Judged, verdict: Promise<Verdict>): Promise<void> {
  judged.verdict = await verdict
}

function enforce(
  site: Site,
  verdict: Verdict | Promise<Verdict>,
  scope: 'operation' | 'field',
): void | Promise<void> {
  if (verdict instanceof Promise) return verdict.then((settled) => enforceNow(site, settled, scope))
  enforceNow(site, verdict, scope)
}

function enforceNow(site: Site, verdict: Verdict, scope: 'operation' | 'field'): void {
  if (verdict.kind === 'refused') throw refusalError(verdict.refusal, scope)
  if (verdict.denials.size === 0) return
  const denial = findDenial(site.requirement, verdict.denials)
  if (denial !== undefined) throw fieldError(denial)
}

function executionIn(context: unknown, info: GraphQLResolveInfo): Execution {
  const { operation, fragments, variableValues } = info
  return {
    operation,
    findFragment: (name) => (Object.hasOwn(fragments, name) ? fragments[name] : undefined),
    context,
    variables: () => variablesOf(operation, variableValues),
  }
}
