import { buildSchema, type GraphQLDirective, type GraphQLSchema, specifiedDirectives } from 'graphql'
import type { Annotated, Application } from './annotations.js'
import { DIRECTIVE_NAMES, type DirectiveNames, type GuardDirective, guardTypeDefs } from './directives.js'

/** The guard's directives as defined by the SDL that is given away. */
const OURS: readonly GraphQLDirective[] = buildSchema(guardTypeDefs).getDirectives().filter(isOurs)

function isOurs({ name }: GraphQLDirective): boolean {
  return Object.hasOwn(DIRECTIVE_NAMES, name)
}

/**
 * Finds directives that nobody defined, the guard's under a name that nobody mapped, and definitions of the guard's
 * directives that differ from ours: each would be enforced wrongly or not at all. Answers one text a problem.
 */
export function checkDirectives(
  schema: GraphQLSchema,
  annotations: readonly Annotated[],
  names: DirectiveNames,
): string[] {
  return [
    ...definitionProblems(schema, names),
    ...annotations.flatMap((annotated) => usageProblems(schema, annotated)),
    ...annotations.flatMap((annotated) => extensionProblems(schema, annotated, names)),
    ...absenceProblems(schema, annotations, names),
  ]
}

function definitionProblems(schema: GraphQLSchema, names: DirectiveNames): string[] {
  const ours = new Map(Object.entries(names).map(([ours, theirs]) => [theirs, ours as GuardDirective]))
  return schema.getDirectives().flatMap((definition) => {
    if (specifiedDirectives.some(({ name }) => name === definition.name)) return []
    const directive = ours.get(definition.name)
    if (directive !== undefined) return shapeProblems(definition, directive)
    const lookalike = findLookalike(definition)
    if (lookalike === undefined) return []
    return [
      `@${definition.name}: is @${lookalike} by another name; say so with the option directives: ` +
        `{ ${lookalike}: '${definition.name}' }`,
    ]
  })
}

function shapeProblems(definition: GraphQLDirective, directive: GuardDirective): string[] {
  const ours = OURS.find(({ name }) => name === directive)
  if (ours !== undefined && shapeOf(ours) === shapeOf(definition)) return []
  return [
    `@${definition.name}: is defined otherwise than the guard's @${directive}; take it from guardTypeDefs`,
  ]
}

/** `@public` has no arguments, so that any directive without would look like it. */
function findLookalike(definition: GraphQLDirective): string | undefined {
  const shape = shapeOf(definition)
  return OURS.find((ours) => ours.args.length > 0 && shapeOf(ours) === shape)?.name
}

/** All of a definition that changes what an application of it means, as text. The order of arguments does not. */
function shapeOf({ args, isRepeatable }: GraphQLDirective): string {
  const shapes = args
    .map((arg) => [arg.name, String(arg.type), arg.defaultValue, arg.astNode?.defaultValue] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([isRepeatable, shapes], (key, value) => (key === 'loc' ? undefined : value))
}

function usageProblems(schema: GraphQLSchema, { coordinate, applications }: Annotated): string[] {
  return applications
    .filter((application) => application.inSdl && !isDefined(schema, application))
    .map(
      ({ name }) =>
        `${coordinate}: @${name} is not defined; add its definition (guardTypeDefs has the guard's)`,
    )
}

/** In `extensions` no validation rule of graphql's finds a slip, and what is not read is not enforced. */
function extensionProblems(
  schema: GraphQLSchema,
  { coordinate, applications, isReadable }: Annotated,
  names: DirectiveNames,
): string[] {
  if (!isReadable) {
    return [
      `${coordinate}: extensions.directives has a shape that the guard does not read; ` +
        "write { auth: { roles: ['admin'] } } or [{ name: 'auth', args: { roles: ['admin'] } }]",
    ]
  }
  const ours = [...new Set([...Object.values(names), ...Object.keys(DIRECTIVE_NAMES)])]
  const mapped = new Set<string>(Object.values(names))
  return applications
    .filter((application) => !application.inSdl && !mapped.has(application.name))
    .filter((application) => !isDefined(schema, application))
    .flatMap(({ name }) => {
      const meant = ours.find((known) => isNearly(name, known))
      if (meant === undefined) return []
      return [
        `${coordinate}: extensions.directives has ${JSON.stringify(name)}, which the guard does not read; ` +
          `did you mean ${JSON.stringify(meant)}?`,
      ]
    })
}

/** One letter more, less or other, two swapped, another case, or an `@`. */
function isNearly(name: string, known: string): boolean {
  const written = lettersOf(name)
  const meant = lettersOf(known)
  return sorted(written) === sorted(meant) || isOneEditAway(written, meant)
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function sorted(letters: string): string {
  return [...letters].sort().join('')
}

function isOneEditAway(one: string, other: string): boolean {
  if (one.length > other.length) return isOneEditAway(other, one)
  if (other.length - one.length > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const rest = one.length === other.length ? one.slice(at + 1) : one.slice(at)
  return rest === other.slice(at + 1)
}

function isDefined(schema: GraphQLSchema, { name }: Application): boolean {
  return schema.getDirective(name) != null || specifiedDirectives.some((directive) => directive.name === name)
}

function absenceProblems(
  schema: GraphQLSchema,
  annotations: readonly Annotated[],
  names: DirectiveNames,
): string[] {
  const used = new Set(annotations.flatMap(({ applications }) => applications.map(({ name }) => name)))
  const problems = Object.entries(names)
    .filter(([ours, theirs]) => theirs !== DIRECTIVE_NAMES[ours as GuardDirective])
    .filter(([, theirs]) => !used.has(theirs) && schema.getDirective(theirs) == null)
    .map(([ours, theirs]) => `directives.${ours}: the schema has no @${theirs}`)
  if (Object.values(names).some((name) => used.has(name))) return problems
  return [
    ...problems,
    `schema: no directive of the guard's is applied anywhere; mark its fields with @${names.auth} or @${names.public}. ` +
      'If they are marked in the source, something dropped them: printSchema does',
  ]
}
