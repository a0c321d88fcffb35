import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import type { Awaitable } from '../base/awaitable.js'
import type { JudgeAnew } from '../base/judge-anew.js'
import { variablesOf } from './conditions.js'
import { ALLOWED, findDenial, type Verdict } from './decide.js'
import { noteRun } from './execution-mark.js'
import type { InputAtlas } from './inputs.js'
import { type Execution, type Judge, Judges } from './judge.js'
import { OpenStreams } from './open-streams.js'
import type { GuardConfig } from './options.js'
import { type Demands, demandsOf } from './plan.js'
import { fieldError, refusalError } from './refusal.js'
import type { Requirement, Rule } from './rule.js'
import { givenInputs, isAbout, type Judged, recall, type Site, type SiteInput } from './site.js'
import type { TakenViewer } from './viewer.js'

/** A call of a field, and how its operation is judged if it was not before. */
interface Call {
  readonly context: unknown
  readonly info: GraphQLResolveInfo
  readonly judge: (execution: Execution) => Awaitable<Verdict>
}

const NO_RULES: ReadonlySet<Rule> = new Set()

/** Lets fields of one schema run, or not. The first root field to run has the whole operation judged. */
export class Admission {
  readonly #key: symbol
  readonly #schema: GraphQLSchema
  readonly #judge: Judge
  readonly #judges: Judges
  readonly #inputs: InputAtlas
  readonly #config: GuardConfig
  readonly #streams = new OpenStreams()

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
    return this.#admit(site, args, { context, info, judge: this.#judgeStart })
  }

  /** The same for an event of a subscription, whose source was admitted. */
  admitEvent(site: Site, args: object, context: unknown, info: GraphQLResolveInfo): void | Promise<void> {
    return this.#admit(site, args, { context, info, judge: this.#judgeEvent })
  }

  #admit(site: Site, args: object, { context, info, judge }: Call): void | Promise<void> {
    const known = recall(this.#key, site, context, info)
    if (known === undefined) noteRun(context)
    const verdict = known === undefined ? this.#judgeOperation(site, { context, info, judge }) : known.verdict
    if (verdict === null)
      return enforce(site, this.#judgeAlone(site, args, context, info), { scope: 'field', info })
    const waiting = enforce(site, verdict, { scope: 'operation', info })
    const given = givenInputs(site, args)
    if (given.length === 0) return waiting
    const checkInputs = () => this.#enforceInputs(site, args, { context, info, given })
    return waiting === undefined ? checkInputs() : waiting.then(checkInputs)
  }

  /**
   * The operation was judged by its document and variables. What the executor hands to the resolver counts too: graphql-jit
   * gives null to an input field whose variable is absent.
   */
  #enforceInputs(
    site: Site,
    args: object,
    { context, info, given }: { context: unknown; info: GraphQLResolveInfo; given: readonly SiteInput[] },
  ): void | Promise<void> {
    const demands = demandsOf(this.#inputRequirements(args, given), this.#inputs)
    return enforce(site, this.#judge.judgeAlone(demands, context), { scope: 'field', info })
  }

  /** Finds the code that the operation would be refused with by then. Null: nothing can judge it. */
  endFinder(context: unknown, info: GraphQLResolveInfo): JudgeAnew | null {
    const judge = info.schema === this.#schema ? this.#judge : this.#judges.findJudge(info.schema)
    return judge?.endFinder(executionIn(context, info)) ?? null
  }

  /** Judges the events of this subscription by its start, until `ended` aborts. What allowed it is asked again elsewhere. */
  keepOpen(context: object, info: GraphQLResolveInfo, ended: AbortSignal): void {
    const verdict = this.#judge.prejudge(executionIn(context, info))
    const policies = verdict.kind === 'pending' ? verdict.rules : NO_RULES
    this.#streams.add({ context, operation: info.operation, policies, ended })
  }

  readonly #judgeStart = (execution: Execution) => this.#judge.judge(execution)

  /** graphql 16 executes each event as an operation of its own. */
  readonly #judgeEvent = (execution: Execution): Awaitable<Verdict> => {
    const { context, operation } = execution
    if (!this.#streams.isOpen(context, operation)) return this.#judge.judge(execution)
    const verdict = this.#judge.prejudge(execution)
    if (verdict.kind !== 'pending') return verdict
    if (!this.#streams.isOpen(context, operation, verdict.rules)) return this.#judge.judge(execution)
    return verdict.settle(new Set(verdict.policies))
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
  #judgeOperation(site: Site, { context, info, judge }: Call): Awaitable<Verdict> | null {
    const { schema, operation } = info
    if (schema !== this.#schema || !isAbout(site, info) || info.path.prev !== undefined) return null
    const execution = executionIn(context, info)
    const verdict = judge(execution)
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

/** What a verdict is on, and the field that is about to run. */
interface Attempt {
  readonly scope: 'operation' | 'field'
  readonly info: GraphQLResolveInfo
}

function enforce(site: Site, verdict: Verdict | Promise<Verdict>, attempt: Attempt): void | Promise<void> {
  if (verdict instanceof Promise) return verdict.then((settled) => enforceNow(site, settled, attempt))
  enforceNow(site, verdict, attempt)
}

function enforceNow(site: Site, verdict: Verdict, { scope, info }: Attempt): void {
  if (verdict.kind === 'refused') throw refusalError(verdict.refusal, scope, info)
  if (verdict.denials.size === 0) return
  const denial = findDenial(site.requirement, verdict.denials)
  if (denial !== undefined) throw fieldError(denial, info)
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
