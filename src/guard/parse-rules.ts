import type { Application } from './annotations.js'
import type { GuardDirective } from './directives.js'
import { allOf, NOTHING, type Requirement, type Rule } from './rule.js'

/** A directive of the guard's, by our name for it, as applied to one place of the schema. */
export interface GuardApplication extends Application {
  readonly directive: GuardDirective
}

type Args = Readonly<Record<string, unknown>>

const ARGUMENTS: Readonly<Record<GuardDirective, readonly string[]>> = {
  auth: ['roles', 'scopes', 'claims', 'optional', 'onDeny'],
  fresh: ['maxAge'],
  public: [],
  policy: ['policies'],
}

/** Turns directives into rules, and says of whatever is no rule what it is and what to write instead. */
export class RuleParser {
  readonly #problems: string[]
  readonly #rules = new Map<string, Rule>()

  constructor(problems: string[]) {
    this.#problems = problems
  }

  /** Throws nothing: mistakes are added to `problems`, and whoever builds the guard stops on them. */
  parse(coordinate: string, applications: readonly GuardApplication[]): Requirement {
    const problem = (text: string) => this.#problems.push(`${coordinate}: ${text}`)
    const requirements = applications.map((application) => {
      try {
        return this.#parseOne(application)
      } catch (error) {
        if (!(error instanceof Mistake)) throw error
        problem(`@${application.name}${error.message}`)
        return NOTHING
      }
    })
    const requirement = allOf(requirements)
    const rules = [...requirement.reject, ...requirement.nullify]
    if (rules.length > 1 && rules.some((rule) => rule.kind === 'optional')) {
      problem('optional beside another rule contradicts it; remove one of them')
    }
    return requirement
  }

  /** Equal rules are one object. */
  intern(rule: Rule): Rule {
    const key = JSON.stringify(rule)
    const known = this.#rules.get(key)
    if (known !== undefined) return known
    this.#rules.set(key, rule)
    return rule
  }

  #parseOne({ directive, args }: GuardApplication): Requirement {
    const unknown = Object.keys(args).find((name) => !ARGUMENTS[directive].includes(name))
    if (unknown !== undefined) throw new Mistake(`(${unknown}:) is not an argument of the guard's; remove it`)
    switch (directive) {
      case 'auth':
        return this.#requirement(parseAuth(args), args.onDeny)
      case 'fresh':
        return this.#requirement([parseFresh(args)], undefined)
      case 'public':
        return NOTHING
      case 'policy':
        throw new Mistake(' is not built yet; remove it')
    }
  }

  #requirement(rules: readonly Rule[], onDeny: unknown): Requirement {
    if (onDeny === 'NULL') throw new Mistake('(onDeny: NULL) is not built yet; remove it')
    if (onDeny !== undefined && onDeny !== 'REJECT') throw new Mistake('(onDeny:) takes REJECT or NULL')
    return { reject: rules.map((rule) => this.intern(rule)), nullify: [] }
  }
}

class Mistake extends Error {}

function parseAuth(args: Args): Rule[] {
  const rules: Rule[] = []
  if (args.roles !== undefined) rules.push({ kind: 'roles', anyOf: readNames('roles', args.roles) })
  if (args.scopes !== undefined) rules.push({ kind: 'scopes', anyOf: readScopes(args.scopes) })
  if (args.claims !== undefined) rules.push(...readClaims(args.claims))
  if (args.optional !== undefined && typeof args.optional !== 'boolean') {
    throw new Mistake('(optional:) takes true or false')
  }
  if (args.optional !== true) return rules.length > 0 ? rules : [{ kind: 'active' }]
  if (rules.length > 0 || args.onDeny !== undefined) {
    throw new Mistake(
      '(optional: true) lets nobody in too, so nothing may stand beside it; remove one of them',
    )
  }
  return [{ kind: 'optional' }]
}

function parseFresh(args: Args): Rule {
  const { maxAge } = args
  if (maxAge === undefined) return { kind: 'fresh', maxAge: null }
  if (typeof maxAge !== 'number' || !Number.isInteger(maxAge) || maxAge < 1) {
    throw new Mistake('(maxAge:) takes whole seconds, at least 1')
  }
  return { kind: 'fresh', maxAge }
}

/** GraphQL reads a single value as a list of one; so do we. */
function readNames(argument: string, value: unknown): string[] {
  const names: unknown[] = Array.isArray(value) ? value : [value]
  if (names.length === 0) throw new Mistake(`(${argument}: []) would let nobody in; name some, or remove it`)
  if (!names.every((name) => typeof name === 'string' && name !== '')) {
    throw new Mistake(`(${argument}:) takes a list of names`)
  }
  return names as string[]
}

function readScopes(value: unknown): string[][] {
  if (!Array.isArray(value) || !value.every(Array.isArray)) {
    throw new Mistake(
      '(scopes:) takes a list of lists: write [["a", "b"]] for a and b, [["a"], ["b"]] for a or b',
    )
  }
  if (value.length === 0) throw new Mistake('(scopes: []) would let nobody in; name some, or remove it')
  return value.map((all: unknown) => readNames('scopes', all))
}

function readClaims(value: unknown): Rule[] {
  const rules: unknown[] = Array.isArray(value) ? value : [value]
  if (rules.length === 0) throw new Mistake('(claims: []) demands nothing; name some, or remove it')
  return rules.map((rule): Rule => {
    const { name, in: values, ...others } = (typeof rule === 'object' && rule !== null ? rule : {}) as Args
    if (typeof name !== 'string' || name === '' || Object.keys(others).length > 0) {
      throw new Mistake('(claims:) takes { name: "…", in: ["…"] }')
    }
    return { kind: 'claim', name, in: readNames('claims', values) }
  })
}
