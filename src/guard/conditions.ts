import {
  type DirectiveNode,
  type GraphQLSchema,
  getVariableValues,
  isType,
  Kind,
  type OperationDefinitionNode,
  versionInfo,
} from 'graphql'

/** Coerced variable values, or null where they are not known; then every condition is taken to hold. */
export type Variables = Readonly<Record<string, unknown>> | null

/** A part of the document counts unless the variable is true, unless it is false, or if it is given at all. */
export interface Condition {
  readonly variable: string
  readonly counts: 'unless true' | 'unless false' | 'if given'
}

const NO_CONDITIONS: readonly Condition[] = []

/** What `@skip` and `@include` of a selection say: conditions on variables, or that it never runs. */
export function conditionsOf(directives: readonly DirectiveNode[] = []): readonly Condition[] | 'never' {
  if (directives.length === 0) return NO_CONDITIONS
  const conditions: Condition[] = []
  for (const [name, absentAt, counts] of [
    ['skip', true, 'unless true'],
    ['include', false, 'unless false'],
  ] as const) {
    const nodes = directives.filter((directive) => directive.name.value === name)
    // Executors read the first of several, or the last: then none is believed.
    const value =
      nodes.length === 1 ? nodes[0]?.arguments?.find((arg) => arg.name.value === 'if')?.value : undefined
    if (value?.kind === Kind.BOOLEAN && value.value === absentAt) return 'never'
    if (value?.kind === Kind.VARIABLE) conditions.push({ variable: value.name.value, counts })
  }
  return conditions
}

/** Whether a part of the document counts. Where variables are not known, or are no booleans, it does. */
export function holds({ variable, counts }: Condition, variables: Variables): boolean {
  if (variables === null) return true
  // An own property: a variable may be called `constructor`.
  const isGiven = Object.hasOwn(variables, variable)
  if (counts === 'if given') return isGiven
  return !isGiven || variables[variable] !== (counts === 'unless true')
}

export function allHold(conditions: readonly Condition[], variables: Variables): boolean {
  return conditions.every((condition) => holds(condition, variables))
}

/**
 * The variables that a resolver is told of: graphql 16 has the values themselves in `info.variableValues`, graphql 17
 * `{ sources, coerced }`.
 */
export function variablesOf(operation: OperationDefinitionNode, variableValues: unknown): Variables {
  if (typeof variableValues !== 'object' || variableValues === null) return null
  if (versionInfo.major < 17) return variableValues as Variables
  // An executor of the older form would show a client's `$coerced` where the values are looked for.
  if (declares(operation, 'coerced') && !hasSources(operation, variableValues)) return null
  const { coerced } = variableValues as { readonly coerced?: unknown }
  return typeof coerced === 'object' ? (coerced as Variables) : null
}

/** Whether they have the form of graphql 17: no client can send what `sources` has, a type. */
function hasSources(operation: OperationDefinitionNode, variableValues: object): boolean {
  if (declares(operation, 'sources')) return false
  const { sources } = variableValues as { readonly sources?: { readonly coerced?: Source } | null }
  return isType(sources?.coerced?.signature?.type)
}

interface Source {
  readonly signature?: { readonly type?: unknown } | null
}

function declares({ variableDefinitions }: OperationDefinitionNode, name: string): boolean {
  return variableDefinitions?.some(({ variable }) => variable.name.value === name) === true
}

/** The variables as the executor is going to coerce them; null where they do not fit, for then it runs nothing. */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: Readonly<Record<string, unknown>> | null | undefined,
): Variables {
  const definitions = operation.variableDefinitions ?? []
  // The first mistake is enough: each costs time and memory, and a body can hold thousands.
  const result: unknown = getVariableValues(schema, definitions, raw ?? {}, { maxErrors: 0 })
  const { coerced, variableValues } = result as {
    readonly coerced?: Variables
    readonly variableValues?: { readonly coerced: Variables }
  }
  return variableValues?.coerced ?? coerced ?? null
}
