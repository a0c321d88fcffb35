import type { Annotated, Application, Place } from './annotations.js'
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

const EVERYWHERE: readonly Place[] = [
  'OBJECT',
  'INTERFACE',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INPUT_FIELD_DEFINITION',
]

const PLACES: Readonly<Record<GuardDirective, readonly Place[]>> = {
  auth: EVERYWHERE,
  fresh: EVERYWHERE,
  public: ['FIELD_DEFINITION'],
  policy: ['OBJECT', 'FIELD_DEFINITION'],
}

const MENDS: Readonly<Record<GuardDirective, string>> = {
  auth: 'move it to a field, an object or interface type, an argument or an input field',
  fresh: 'move it to a field, an object or interface type, an argument or an input field',
  public: 'move it to the fields that are public',
  policy: 'move it to a field or an object type',
}

/** A value comes in by literals, variables and defaults, and goes out by any field: no one place sees them all. */
const ENUM_MEND =
  'move it to the arguments and input fields that take the enum, and to the fields that return it, or check the value in the resolver'

const NULLABLE_PLACES: readonly Place[] = ['OBJECT', 'FIELD_DEFINITION']

/** Turns directives into rules, and says of whatever is no rule what it is and what to write instead. */
export class RuleParser {
  readonly #problems: string[]
  readonly #rules = new Map<string, Rule>()

  constructor(problems: string[]) {
    this.#problems = problems
  }

  /** Throws nothing: mistakes are added to `problems`, and whoever builds the guard stops on them. */
  parse({ coordinate, place }: Annotated, applications: readonly GuardApplication[]): Requirement {
    const problem = (text: string) => this.#problems.push(`${coordinate}: ${text}`)
    const requirements = applications.map((application) => {
      try {
        return this.#parseOne(application, place)
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

  #parseOne({ directive, args }: GuardApplication, place: Place): Requirement {
    if (place === 'ENUM_VALUE') throw new Mistake(` is not enforced on enum values; ${ENUM_MEND}`)
    if (!PLACES[directive].includes(place)) throw new Mistake(` is not enforced here; ${MENDS[directive]}`)
    if (args === null) {
      throw new Mistake(
        ' has a shape in extensions.directives that the guard does not read; give it an object',
      )
    }
    const unknown = Object.keys(args).find((name) => !ARGUMENTS[directive].includes(name))
    if (unknown !== undefined) throw new Mistake(`(${unknown}:) is not an argument of the guard's; remove it`)
    const missing = Object.keys(args).find((name) => args[name] === undefined)
    if (missing !== undefined) throw new Mistake(`(${missing}:) is undefined; give it a value, or remove it`)
    switch (directive) {
      case 'auth':
        return this.#parseAuth(args, place)
      case 'fresh':
        return { reject: [this.intern(parseFresh(args))], nullify: [] }
      case 'policy':
        return { reject: [this.intern(parsePolicy(args))], nullify: [] }
      case 'public':
        return NOTHING
    }
  }

  #parseAuth(args: Args, place: Place): Requirement {
    const rules = parseAuth(args).map((rule) => this.intern(rule))
    if (args.onDeny === undefined) return { reject: rules, nullify: [] }
    if (!NULLABLE_PLACES.includes(place)) {
      throw new Mistake('(onDeny:) is for fields and object types; remove it')
    }
    if (args.onDeny === 'NULL') return { reject: [], nullify: rules }
    if (args.onDeny !== 'REJECT') throw new Mistake('(onDeny:) takes REJECT or NULL')
    return { reject: rules, nullify: [] }
  }
}

class Mistake extends Error {}

function parseAuth(args: Args): Rule[] {
  const rules: Rule[] = []
  if (args.roles !== undefined) rules.push({ kind: 'roles', anyOf: readNames('roles', args.roles) })
  if (args.scopes !== undefined) rules.push({ kind: 'scopes', anyOf: readNameLists('scopes', args.scopes) })
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

/** A flat list would be read by GraphQL as many lists of one: any where all was meant. */
function readNameLists(argument: string, value: unknown): string[][] {
  if (!Array.isArray(value) || !value.every(Array.isArray)) {
    throw new Mistake(
      `(${argument}:) takes a list of lists: write [["a", "b"]] for a and b, [["a"], ["b"]] for a or b`,
    )
  }
  if (value.length === 0) throw new Mistake(`(${argument}: []) would let nobody in; name some, or remove it`)
  return value.map((all: unknown) => readNames(argument, all))
}

function parsePolicy(args: Args): Rule {
  return { kind: 'policy', anyOf: readNameLists('policies', args.policies) }
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
