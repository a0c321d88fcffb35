import {
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type Annotated, annotationsOf } from './annotations.js'
import { checkDirectives } from './check-directives.js'
import type { DirectiveNames, GuardDirective } from './directives.js'
import { findPlanProblems } from './grafast-plans.js'
import { findInputProblems, InputAtlas } from './inputs.js'
import { type Introspection, rulesOfIntrospection } from './introspection-rules.js'
import { type GuardApplication, RuleParser } from './parse-rules.js'
import { allOf, isNothing, NOTHING, type Requirement } from './rule.js'
import { refuseUnread } from './unread.js'

/** What a root field without a rule means. */
export type Unmarked = 'error' | 'authenticated' | 'public'

/** What a schema demands, read once. */
export interface Requirements {
  /**
   * Of a field of an object type, everything counted: its parent, what it returns, the interfaces involved. Throws
   * `INTERNAL_SERVER_ERROR` for a field that the schema did not have when it was read.
   */
  ofField(parentName: string, fieldName: string): Requirement
  /** Of an argument of such a field, when it is given. Throws as `ofField` does. */
  ofArgument(parentName: string, fieldName: string, argumentName: string): Requirement
  /** Of input fields, when they are given. */
  readonly inputs: InputAtlas
  /** Of a type that a client names in a fragment. */
  ofType(typeName: string): Requirement
  /** Of `__schema` and `__type`, whose resolver may be able to filter what it shows. */
  ofIntrospection(resolver: { canFilter: boolean }): Requirement
}

/** The schema cannot be guarded as it stands. The message lists every mistake with its coordinate and its mend. */
export class GuardSchemaError extends Error {
  override readonly name = 'GuardSchemaError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The schema cannot be guarded:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Throws `GuardSchemaError` where the schema's directives contradict each other or would not be enforced. */
export function readRequirements(
  schema: GraphQLSchema,
  { unmarked, names, introspection }: ReaderOptions,
): Requirements {
  const annotations = [...annotationsOf(schema)]
  const reader = new Reader(schema, annotations, { unmarked, names, introspection })
  const requirements = reader.read()
  const problems = [
    ...checkDirectives(schema, annotations, names),
    ...findPlanProblems(schema),
    ...reader.problems,
  ]
  if (problems.length > 0) throw new GuardSchemaError(problems)
  return requirements
}

interface ReaderOptions {
  readonly unmarked: Unmarked
  readonly names: DirectiveNames
  readonly introspection: Introspection
}

type Composite = GraphQLObjectType | GraphQLInterfaceType

class Reader {
  readonly problems: string[] = []
  readonly #schema: GraphQLSchema
  readonly #parser = new RuleParser(this.problems)
  readonly #own = new Map<string, Requirement>()
  readonly #public = new Set<string>()
  readonly #rootTypes: ReadonlySet<GraphQLNamedType>
  readonly #unmarked: Unmarked
  readonly #names: DirectiveNames
  readonly #introspection: Introspection

  constructor(schema: GraphQLSchema, annotations: readonly Annotated[], options: ReaderOptions) {
    this.#schema = schema
    this.#unmarked = options.unmarked
    this.#names = options.names
    this.#introspection = options.introspection
    this.#rootTypes = rootTypesOf(schema)
    for (const annotated of annotations) this.#readOwn(annotated)
  }

  read(): Requirements {
    const types = new Map<string, Requirement>()
    const fields = new Map<string, Map<string, Requirement>>()
    const args = new Map<string, Requirement>()
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue
      // A root type's rule is a default of its fields, which @public cancels: naming the type demands nothing.
      types.set(type.name, this.#rootTypes.has(type) ? NOTHING : this.#ofType(type))
      if (type.name.startsWith('__')) continue
      fields.set(type.name, isObjectType(type) ? this.#ofFields(type) : this.#ofInterfaceFields(type))
      for (const [coordinate, requirement] of this.#ofArguments(type)) args.set(coordinate, requirement)
    }
    const inputs = new InputAtlas(this.#schema, (coordinate) => this.#own.get(coordinate))
    this.problems.push(...findInputProblems(this.#schema, inputs, (coordinate) => this.#own.has(coordinate)))
    return {
      ofField: (parentName, fieldName) => {
        const requirement = fields.get(parentName)?.get(fieldName)
        return requirement ?? refuseUnread(`${parentName}.${fieldName}`)
      },
      ofArgument: (parentName, fieldName, name) => {
        const coordinate = `${parentName}.${fieldName}(${name}:)`
        return args.get(coordinate) ?? refuseUnread(coordinate)
      },
      inputs,
      ofType: (typeName) => types.get(typeName) ?? NOTHING,
      ofIntrospection: (resolver) => ({
        reject: rulesOfIntrospection(this.#introspection, resolver).map((rule) => this.#parser.intern(rule)),
        nullify: [],
      }),
    }
  }

  /** What is written at one place, and nowhere else. */
  #readOwn(annotated: Annotated): void {
    const ours = annotated.applications.flatMap((application): GuardApplication[] => {
      const directive = this.#directiveNamed(application.name)
      return directive === undefined ? [] : [{ ...application, directive }]
    })
    if (ours.length === 0) return
    this.#own.set(annotated.coordinate, this.#parser.parse(annotated, ours))
    if (!ours.some(({ directive }) => directive === 'public')) return
    this.#public.add(annotated.coordinate)
    if (ours.some(({ directive }) => directive !== 'public')) {
      this.problems.push(
        `${annotated.coordinate}: @${this.#names.public} contradicts the rule beside it; remove one of them`,
      )
    }
  }

  #directiveNamed(name: string): GuardDirective | undefined {
    const found = Object.entries(this.#names).find(([, theirs]) => theirs === name)
    return found?.[0] as GuardDirective | undefined
  }

  /** The type's own rules and those of its interfaces. */
  #ofType(type: Composite): Requirement {
    return allOf([type, ...type.getInterfaces()].map(({ name }) => this.#own.get(name) ?? NOTHING))
  }

  #ofFields(parent: GraphQLObjectType): Map<string, Requirement> {
    const fields = new Map<string, Requirement>()
    for (const { name, type } of Object.values(parent.getFields())) {
      const requirement = allOf([this.#ofPlace(parent, name), this.#ofReturned(type)])
      if (requirement.nullify.length > 0) this.#checkNullable(`${parent.name}.${name}`, parent, type)
      fields.set(name, requirement)
    }
    return fields
  }

  /** For whoever is shown an interface: what runs are fields of object types. */
  #ofInterfaceFields(parent: GraphQLInterfaceType): Map<string, Requirement> {
    const fields = Object.values(parent.getFields()).map(({ name, type }) => {
      const requirements = [this.#ofMember(parent, name), this.#ofType(parent), this.#ofReturned(type)]
      return [name, allOf(requirements)] as const
    })
    return new Map(fields)
  }

  #ofReturned(type: GraphQLOutputType): Requirement {
    const returned = getNamedType(type)
    return isObjectType(returned) || isInterfaceType(returned) ? this.#ofType(returned) : NOTHING
  }

  #checkNullable(coordinate: string, parent: GraphQLObjectType, type: GraphQLOutputType): void {
    const because = 'onDeny: NULL, of this field, of its type or of what it returns, would make it null'
    if (parent === this.#schema.getMutationType()) {
      this.problems.push(`${coordinate}: ${because} after a mutation that did not happen; use REJECT`)
    } else if (isNonNullType(type)) {
      this.problems.push(`${coordinate}: ${because}, and it is ${type}; remove the ! or use REJECT`)
    }
  }

  /** By coordinate: the arguments' own rules and those that interfaces give them. */
  *#ofArguments(parent: Composite): Generator<readonly [string, Requirement]> {
    const bearers = [parent, ...parent.getInterfaces()]
    for (const field of Object.values(parent.getFields())) {
      for (const arg of field.args) {
        const place = `${field.name}(${arg.name}:)`
        const rules = bearers.map((bearer) => this.#own.get(`${bearer.name}.${place}`) ?? NOTHING)
        yield [`${parent.name}.${place}`, allOf(rules)]
      }
    }
  }

  /** The field's own rules, and those that interfaces give it. */
  #ofMember(parent: Composite, fieldName: string): Requirement {
    return allOf(
      [parent, ...parent.getInterfaces()].map(({ name }) => this.#own.get(`${name}.${fieldName}`) ?? NOTHING),
    )
  }

  /** These, and those of its parent type. */
  #ofPlace(parent: GraphQLObjectType, fieldName: string): Requirement {
    const coordinate = `${parent.name}.${fieldName}`
    const own = this.#ofMember(parent, fieldName)
    const ofParent = this.#ofType(parent)
    const isRoot = this.#rootTypes.has(parent)
    if (this.#public.has(coordinate)) {
      if (isRoot) return own
      if (!isNothing(ofParent)) {
        this.problems.push(
          `${coordinate}: @${this.#names.public} cannot cancel the rule of ${parent.name}; remove it, or mark fields instead of the type`,
        )
      }
    }
    const requirement = allOf([own, ofParent])
    return isRoot && isNothing(requirement) ? this.#ofUnmarked(coordinate) : requirement
  }

  #ofUnmarked(coordinate: string): Requirement {
    if (this.#unmarked === 'error') {
      this.problems.push(
        `${coordinate}: has no rule; mark it with @${this.#names.auth} or @${this.#names.public}, or choose another unmarked`,
      )
    }
    if (this.#unmarked === 'public') return NOTHING
    return { reject: [this.#parser.intern({ kind: 'active' })], nullify: [] }
  }
}

function rootTypesOf(schema: GraphQLSchema): Set<GraphQLNamedType> {
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return new Set(types.filter((type) => type != null))
}
