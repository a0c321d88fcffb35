import type { ErrorCode } from '../base/errors.js'
import { type Freshness, isFresh } from '../base/freshness.js'
import { allHold, type Variables } from './conditions.js'
import type { InputAtlas } from './inputs.js'
import type { Clause, Demands, Mention, Probe } from './plan.js'
import type { Requirement, Rule } from './rule.js'
import type { TakenViewer } from './viewer.js'

/** Why a rule does not hold. */
export interface Denial {
  readonly code: ErrorCode
  /** Seconds; of a `@fresh` that has a limit. */
  readonly maxAge: number | null
}

/** Why an operation is refused: the gravest code, and what it is about, each coordinate once. */
export interface Refusal extends Denial {
  readonly mentions: readonly Mention[]
  /** For the client, in place of the code's own message. */
  readonly message?: string
  /** For the log: what kept the guard from judging. */
  readonly cause?: unknown
}

export type Verdict =
  /** The fields whose `nullify` rules are among the denials give null. */
  | { readonly kind: 'allowed'; readonly denials: Denials }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** All that can be decided at once allows it; policies have the last word. */
export interface Pending {
  readonly kind: 'pending'
  /** The policies to ask, each once. */
  readonly policies: readonly string[]
  /** The rules that name them. */
  readonly rules: ReadonlySet<Rule>
  readonly viewer: TakenViewer
  /** The verdict, once it is known which of them hold. */
  settle(held: ReadonlySet<string>): Verdict
}

export type Denials = ReadonlyMap<Rule, Denial>

const NO_DENIALS: Denials = new Map()
/** Nothing is demanded, or all of it holds. */
export const ALLOWED: Verdict = { kind: 'allowed', denials: NO_DENIALS }

/** What is graver comes first; a bad token has no rank, for it denies everything alike. */
const GRAVITY: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'FRESH_REQUIRED']

/**
 * Whether a viewer may run an operation. Pure: the variables are asked for only where some rule does not hold and the
 * document makes a difference.
 */
export function decide(
  demands: Demands,
  who: { readonly viewer: TakenViewer; readonly time: Freshness; readonly variables: () => Variables },
): Verdict | Pending {
  const denials = denialsOf(demands.rules, who.viewer, who.time)
  const asks = who.viewer.kind === 'active' && demands.rules.some(({ kind }) => kind === 'policy')
  if (denials.size === 0 && !asks) return ALLOWED
  const active = activeClauses(demands, who.variables())
  const verdict = judgeClauses(active, denials, who.viewer)
  return asks && verdict.kind === 'allowed' ? pend(active, denials, who.viewer) : verdict
}

/** Changes whenever `decide` could decide otherwise for the same operation with the same variables. */
export function denialsKey(demands: Demands, viewer: TakenViewer, time: Freshness): string {
  const denials = denialsOf(demands.rules, viewer, time)
  return [viewer.kind, ...demands.rules.map((rule) => denials.get(rule)?.code ?? '')].join(' ')
}

function judgeClauses(active: readonly Clause[], denials: Denials, viewer: TakenViewer): Verdict {
  const isBad = viewer.kind === 'bad'
  const broken = active.filter(({ requirement }) =>
    rejectingRules(requirement, isBad).some((rule) => denials.has(rule)),
  )
  if (broken.length === 0) return denials.size === 0 ? ALLOWED : { kind: 'allowed', denials }
  return { kind: 'refused', refusal: refusalOf(broken, denials, isBad) }
}

function pend(active: readonly Clause[], denials: Denials, viewer: TakenViewer): Verdict | Pending {
  const rules = new Set(active.flatMap(({ requirement }) => requirement.reject.filter(isPolicy)))
  if (rules.size === 0) return { kind: 'allowed', denials }
  return {
    kind: 'pending',
    viewer,
    rules,
    policies: [...new Set([...rules].flatMap(({ anyOf }) => anyOf.flat()))],
    settle(held) {
      const broken = [...rules].filter(
        ({ anyOf }) => !anyOf.some((all) => all.every((name) => held.has(name))),
      )
      const denied = broken.map((rule) => [rule, FORBIDDEN] as const)
      return judgeClauses(active, new Map<Rule, Denial>([...denials, ...denied]), viewer)
    },
  }
}

function isPolicy(rule: Rule): rule is Extract<Rule, { kind: 'policy' }> {
  return rule.kind === 'policy'
}

/**
 * What a field is denied for within an operation that is allowed: then it gives null. Rules that reject are looked at
 * again: should an executor run what by the document's conditions it would not, that field is refused.
 */
export function findDenial({ reject, nullify }: Requirement, denials: Denials): Denial | undefined {
  const found = [...reject, ...nullify].flatMap((rule) => denials.get(rule) ?? [])
  const code = GRAVITY.find((grave) => found.some((denial) => denial.code === grave))
  return found.find((denial) => denial.code === code)
}

/** A bad token always rejects. */
function rejectingRules({ reject, nullify }: Requirement, isBad: boolean): readonly Rule[] {
  return isBad ? [...reject, ...nullify] : reject
}

function denialsOf(rules: readonly Rule[], viewer: TakenViewer, time: Freshness): Denials {
  let denials: Map<Rule, Denial> | undefined
  for (const rule of rules) {
    const denial = denialOf(rule, viewer, time)
    if (denial === null) continue
    denials ??= new Map()
    denials.set(rule, denial)
  }
  return denials ?? NO_DENIALS
}

function denialOf(rule: Rule, viewer: TakenViewer, time: Freshness): Denial | null {
  if (viewer.kind !== 'active') {
    const isFine = rule.kind === 'optional' && viewer.kind === 'anonymous'
    // Nobody is sent to log in for what would still be refused.
    if (rule.kind === 'never' && viewer.kind === 'anonymous') return FORBIDDEN
    return isFine ? null : { code: viewer.code, maxAge: null }
  }
  switch (rule.kind) {
    case 'optional':
    case 'active':
    // Asked later, and only where all else holds.
    case 'policy':
      return null
    case 'roles':
      return rule.anyOf.some((role) => viewer.roles.includes(role)) ? null : FORBIDDEN
    case 'scopes':
      return rule.anyOf.some((all) => all.every((scope) => viewer.scopes.includes(scope))) ? null : FORBIDDEN
    case 'claim':
      return hasClaim(viewer.claims, rule) ? null : FORBIDDEN
    case 'never':
      return FORBIDDEN
    case 'fresh':
      return isFresh(viewer, rule.maxAge, time) ? null : { code: 'FRESH_REQUIRED', maxAge: rule.maxAge }
  }
}

/** For rules that do not ask for it. */
const NO_TIME: Freshness = { nowSeconds: 0, freshForSeconds: 0, leewaySeconds: 0 }

/** Whether a viewer can meet a rule, as far as it shows ahead: a password can be given again, and a policy be asked. */
export function canMeet(rule: Rule, viewer: TakenViewer): boolean {
  const showsLater = rule.kind === 'fresh' || rule.kind === 'policy'
  return showsLater ? viewer.kind === 'active' : denialOf(rule, viewer, NO_TIME) === null
}

const FORBIDDEN: Denial = { code: 'FORBIDDEN', maxAge: null }

function hasClaim(
  claims: Readonly<Record<string, unknown>>,
  rule: Extract<Rule, { kind: 'claim' }>,
): boolean {
  const value = Object.hasOwn(claims, rule.name) ? claims[rule.name] : undefined
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.some((one) => isScalar(one) && rule.in.includes(String(one)))
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** Whether anything guarded is asked for, by whomever. */
export function isDemanding(demands: Demands, variables: Variables): boolean {
  return demands.rules.length > 0 && activeClauses(demands, variables).length > 0
}

/** The clauses that count under these variables. Each block is looked at once, so that no nesting costs more. */
function activeClauses({ block: start, inputs }: Demands, variables: Variables): Clause[] {
  const active: Clause[] = []
  const values = new Map<string, ReadonlyMap<string, Requirement>>()
  const blocks = new Set([start])
  // A set that grows while it is walked: what is added is visited, what is there already is not again.
  for (const block of blocks) {
    for (const clause of block.clauses) if (allHold(clause.conditions, variables)) active.push(clause)
    for (const fragment of block.fragments) {
      if (allHold(fragment.conditions, variables)) blocks.add(fragment.block)
    }
    for (const probe of block.probes) {
      if (!allHold(probe.conditions, variables)) continue
      // A large value is walked once, however many fields it is given to.
      const key = `${probe.variable} ${probe.type}`
      const given = values.get(key) ?? findGiven(probe, inputs, variables)
      values.set(key, given)
      for (const [coordinate, requirement] of given) {
        active.push({ requirement, conditions: [], mention: { coordinate, node: probe.node } })
      }
    }
  }
  return active
}

function findGiven(
  { variable, type }: Probe,
  inputs: InputAtlas,
  variables: Variables,
): ReadonlyMap<string, Requirement> {
  if (variables === null) return inputs.reachableFrom(type)
  return inputs.findGiven(type, Object.hasOwn(variables, variable) ? variables[variable] : undefined)
}

function refusalOf(broken: readonly Clause[], denials: Denials, isBad: boolean): Refusal {
  const found = broken.flatMap((clause) =>
    rejectingRules(clause.requirement, isBad).flatMap((rule) => {
      const denial = denials.get(rule)
      return denial === undefined ? [] : [{ clause, denial }]
    }),
  )
  const code = found.map(({ denial }) => denial.code).reduce(graverOf)
  const gravest = found.filter(({ denial }) => denial.code === code)
  const mentions = new Map<string, Mention>()
  let maxAge: number | null = null
  for (const { clause, denial } of gravest) {
    const { mention } = clause
    if (mention !== null && !mentions.has(mention.coordinate)) mentions.set(mention.coordinate, mention)
    if (denial.maxAge !== null) maxAge = Math.min(denial.maxAge, maxAge ?? denial.maxAge)
  }
  return { code, maxAge, mentions: [...mentions.values()] }
}

function graverOf(one: ErrorCode, other: ErrorCode): ErrorCode {
  return GRAVITY.indexOf(other) < GRAVITY.indexOf(one) ? other : one
}
