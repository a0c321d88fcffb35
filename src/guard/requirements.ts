import {
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { type Annotated, annotationsOf } from './annotations.js'
import { checkDirectives } from './check-directives.js'
import type { DirectiveNames, GuardDirective } from './directives.js'
import { type GuardApplication, RuleParser } from './parse-rules.js'
import { allOf, isNothing, NOTHING, type Requirement } from './rule.js'

/** What a root field without a rule means. */
export type Unmarked = 'error' | 'authenticated' | 'public'

/** What a schema demands, read once. */
export interface Requirements {
  /** Of a field of an object type, everything counted: its parent, what it returns, the interfaces involved. */
  ofField(parentName: string, fieldName: string): Requirement
  /** Of a type that a client names in a fragment. */
  ofType(typeName: string): Requirement
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
  { unmarked, names }: { unmarked: Unmarked; names: DirectiveNames },
): Requirements {
  const annotations = [...annotationsOf(schema)]
  const reader = new Reader(schema, annotations, unmarked, names)
  const requirements = reader.read()
  const problems = [...checkDirectives(schema, annotations, names), ...reader.problems]
  if (problems.length > 0) throw new GuardSchemaError(problems)
  return requirements
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

  constructor(
    schema: GraphQLSchema,
    annotations: readonly Annotated[],
    unmarked: Unmarked,
    names: DirectiveNames,
  ) {
    this.#schema = schema
    this.#unmarked = unmarked
    this.#names = names
    this.#rootTypes = rootTypesOf(schema)
    for (const annotated of annotations) this.#readOwn(annotated)
  }

  read(): Requirements {
    const types = new Map<string, Requirement>()
    const fields = new Map<string, Map<string, Requirement>>()
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue
      // A root type's rule is a default of its fields, which @public cancels: naming the type demands nothing.
      types.set(type.name, this.#rootTypes.has(type) ? NOTHING : this.#ofType(type))
      if (isObjectType(type) && !type.name.startsWith('__')) fields.set(type.name, this.#ofFields(type))
    }
    return {
      ofField: (parentName, fieldName) => fields.get(parentName)?.get(fieldName) ?? NOTHING,
      ofType: (typeName) => types.get(typeName) ?? NOTHING,
    }
  }

  /** What is written at one place, and nowhere else. */
  #readOwn({ coordinate, place, applications }: Annotated): void {
    const ours = applications.flatMap((application): GuardApplication[] => {
      const directive = this.#directiveNamed(application.name)
      return directive === undefined ? [] : [{ ...application, directive }]
    })
    const [first] = ours
    if (first === undefined) return
    if (place !== 'OBJECT' && place !== 'INTERFACE' && place !== 'FIELD_DEFINITION') {
      this.problems.push(
        `${coordinate}: @${first.name} is not enforced here; move it to a field or an object type`,
      )
      return
    }
    const requirement = this.#parser.parse(coordinate, ours)
    this.#own.set(coordinate, requirement)
    if (ours.some(({ directive }) => directive === 'public')) this.#readPublic(coordinate, place, ours)
  }

  #readPublic(coordinate: string, place: string, applications: readonly GuardApplication[]): void {
    const name = `@${this.#names.public}`
    if (place !== 'FIELD_DEFINITION') {
      this.problems.push(`${coordinate}: ${name} is for fields; move it to the fields that are public`)
    } else if (applications.some(({ directive }) => directive !== 'public')) {
      this.problems.push(`${coordinate}: ${name} contradicts the rule beside it; remove one of them`)
    } else {
      this.#public.add(coordinate)
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
      const returned = getNamedType(type)
      const ofReturned =
        isObjectType(returned) || isInterfaceType(returned) ? this.#ofType(returned) : NOTHING
      fields.set(name, allOf([this.#ofPlace(parent, name), ofReturned]))
    }
    return fields
  }

  /** The field's own rules, those that interfaces give it, and those of its parent type. */
  #ofPlace(parent: GraphQLObjectType, fieldName: string): Requirement {
    const coordinate = `${parent.name}.${fieldName}`
    const own = allOf(
      [parent, ...parent.getInterfaces()].map(({ name }) => this.#own.get(`${name}.${fieldName}`) ?? NOTHING),
    )
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
