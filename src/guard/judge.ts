import type { GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { isPromise } from '../base/awaitable.js'
import { AuthError, type ErrorCode } from '../base/errors.js'
import type { JudgeAnew } from '../base/judge-anew.js'
import { findEndAtStart } from './bearer-end.js'
import { compilePlan } from './compile.js'
import type { Variables } from './conditions.js'
import { ALLOWED, decide, denialsKey, isDemanding, type Pending, type Verdict } from './decide.js'
import type { GuardConfig } from './options.js'
import type { Demands, FindFragment, Plan } from './plan.js'
import { TypeAtlas } from './possible-types.js'
import { type Requirements, readRequirements } from './requirements.js'
import { badViewer, type TakenViewer } from './viewer.js'

/** An operation about to run, for somebody. */
export interface Execution {
  readonly operation: OperationDefinitionNode
  readonly findFragment: FindFragment
  readonly context: unknown
  readonly variables: () => Variables
}

/** Judges operations on one schema. What it keeps is free of any identity. Never throws: what it cannot judge, it refuses. */
export class Judge {
  readonly #schema: GraphQLSchema
  readonly #requirements: Requirements
  readonly #config: GuardConfig
  readonly #atlas: TypeAtlas
  readonly #plans = new WeakMap<OperationDefinitionNode, Plan>()

  constructor(schema: GraphQLSchema, requirements: Requirements, config: GuardConfig) {
    this.#schema = schema
    this.#requirements = requirements
    this.#config = config
    this.#atlas = new TypeAtlas(schema, requirements)
  }

  /** The verdict as far as it can be had at once, for whoever is going to have the operation judged again. */
  prejudge(execution: Execution): Verdict | Pending {
    return this.#prejudgeAs(null, execution)
  }

  /** Null: as whoever the context says. */
  #prejudgeAs(viewer: TakenViewer | null, execution: Execution): Verdict | Pending {
    try {
      return this.#decide(this.#planOf(execution.operation, execution.findFragment), execution, viewer)
    } catch (error) {
      return refuseUnjudged(error)
    }
  }

  /**
   * Prejudges an operation that goes on, again and again. Its document is looked at only when a rule holds that did not, or
   * no longer: all else stays as it was.
   */
  rejudger(execution: Execution): () => Verdict | Pending {
    let last: { readonly key: string; readonly verdict: Verdict | Pending } | undefined
    return () => {
      try {
        const plan = this.#planOf(execution.operation, execution.findFragment)
        if (plan.rules.length === 0) return ALLOWED
        const viewer = this.#config.takeViewer(execution.context)
        const key = denialsKey(plan, viewer, this.#config.readTime())
        if (last?.key !== key) last = { key, verdict: this.#decide(plan, execution, viewer) }
        return last.verdict
      } catch (error) {
        return refuseUnjudged(error)
      }
    }
  }

  /** The same, as the code that the operation would be refused with by then, or null. Only `wholly` asks policies. */
  endFinder(execution: Execution): JudgeAnew {
    const rejudge = this.rejudger(execution)
    return (depth) => {
      const verdict = rejudge()
      if (verdict.kind !== 'pending') return codeOf(verdict)
      return depth === 'wholly' ? this.#config.askPolicies(verdict, execution.context).then(codeOf) : null
    }
  }

  #hasRules({ operation, findFragment }: Execution): boolean {
    return this.#planOf(operation, findFragment).rules.length > 0
  }

  /** The token is judged too, wholly where the context served an operation before. */
  judge(execution: Execution): Verdict | Promise<Verdict> {
    const verdict = this.prejudge(execution)
    if (verdict.kind === 'refused' || !this.#hasRules(execution))
      return this.#settle(verdict, execution.context)
    const end = findEndAtStart(execution.context)
    if (end === null) return this.#settle(verdict, execution.context)
    if (isPromise(end)) return end.then((code) => this.#conclude(execution, code))
    return this.#conclude(execution, end)
  }

  #conclude(execution: Execution, end: ErrorCode | null): Verdict | Promise<Verdict> {
    const verdict = end === null ? this.prejudge(execution) : this.#prejudgeAs(badViewer(end), execution)
    return this.#settle(verdict, execution.context)
  }

  /** A field that runs outside of any operation that was judged. */
  judgeAlone(demands: Demands, context: unknown): Verdict | Promise<Verdict> {
    try {
      return this.#settle(this.#decide(demands, { context, variables: () => null }), context)
    } catch (error) {
      return refuseUnjudged(error)
    }
  }

  /** Whether the operation asks for anything guarded; also where that cannot be told. */
  isDemanding({ operation, findFragment, variables }: Execution): boolean {
    try {
      return isDemanding(this.#planOf(operation, findFragment), variables())
    } catch {
      return true
    }
  }

  /** Whether it asks what the schema is; also where that cannot be told. */
  introspects({ operation, findFragment }: Execution): boolean {
    try {
      return this.#planOf(operation, findFragment).introspects
    } catch {
      return true
    }
  }

  /** Whether it asks for the schema, and for nothing that any resolver of the host's answers. */
  introspectsOnly({ operation, findFragment }: Execution): boolean {
    try {
      const { introspects, readsData } = this.#planOf(operation, findFragment)
      return introspects && !readsData
    } catch {
      return false
    }
  }

  #decide(
    demands: Demands,
    { context, variables }: Pick<Execution, 'context' | 'variables'>,
    known: TakenViewer | null = null,
  ): Verdict | Pending {
    // What is for everybody does not even ask who it is.
    if (demands.rules.length === 0) return ALLOWED
    const viewer = known ?? this.#config.takeViewer(context)
    return decide(demands, { viewer, time: this.#config.readTime(), variables })
  }

  #settle(verdict: Verdict | Pending, context: unknown): Verdict | Promise<Verdict> {
    if (verdict.kind !== 'pending') return verdict
    return this.#config.askPolicies(verdict, context)
  }

  #planOf(operation: OperationDefinitionNode, findFragment: FindFragment): Plan {
    const known = this.#plans.get(operation)
    if (known !== undefined && isMadeFrom(known, findFragment)) return known
    const plan = compilePlan({
      schema: this.#schema,
      requirements: this.#requirements,
      atlas: this.#atlas,
      operation,
      findFragment,
    })
    this.#plans.set(operation, plan)
    return plan
  }
}

/** The same operation node can be put into a document with other fragments. */
function isMadeFrom(plan: Plan, findFragment: FindFragment): boolean {
  for (const [name, fragment] of plan.fragments) {
    if (findFragment(name) !== fragment) return false
  }
  return true
}

function codeOf(verdict: Verdict): ErrorCode | null {
  return verdict.kind === 'refused' ? verdict.refusal.code : null
}

function refuseUnjudged(error: unknown): Verdict {
  const denial = { maxAge: null, mentions: [] }
  const refusal =
    error instanceof AuthError
      ? { ...denial, code: error.code, message: error.message, cause: error.cause }
      : { ...denial, code: 'INTERNAL_SERVER_ERROR' as const, cause: error }
  return { kind: 'refused', refusal }
}

/** The judges of schemas that others derived from a guarded one, each made when it is first met. */
export class Judges {
  readonly #config: GuardConfig
  readonly #judges = new WeakMap<GraphQLSchema, Judge | null>()

  constructor(config: GuardConfig) {
    this.#config = config
  }

  /** Null for a schema that cannot be guarded as it stands: it lost its directives, for instance. */
  findJudge(schema: GraphQLSchema): Judge | null {
    const known = this.#judges.get(schema)
    if (known !== undefined) return known
    const judge = this.#tryJudge(schema)
    this.#judges.set(schema, judge)
    return judge
  }

  #tryJudge(schema: GraphQLSchema): Judge | null {
    try {
      return new Judge(schema, readRequirements(schema, this.#config), this.#config)
    } catch {
      return null
    }
  }
}
