import {
  type DirectiveNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  versionInfo,
} from 'graphql'

/** Coerced variable values, or null where they are not known; then every condition is taken to hold. */
export type Variables = Readonly<Record<string, unknown>> | null

/** A part of the document is left out if the variable has this value: `@skip` at true, `@include` at false. */
export interface Condition {
  readonly variable: string
  readonly absentAt: boolean
}

/** What `@skip` and `@include` of a selection say: conditions on variables, or that it never runs. */
export function conditionsOf(directives: readonly DirectiveNode[] = []): readonly Condition[] | 'never' {
  const conditions: Condition[] = []
  for (const [name, absentAt] of [
    ['skip', true],
    ['include', false],
  ] as const) {
    const nodes = directives.filter((directive) => directive.name.value === name)
    // Executors read the first of several, or the last: then none is believed.
    const value =
      nodes.length === 1 ? nodes[0]?.arguments?.find((arg) => arg.name.value === 'if')?.value : undefined
    if (value?.kind === Kind.BOOLEAN && value.value === absentAt) return 'never'
    if (value?.kind === Kind.VARIABLE) conditions.push({ variable: value.name.value, absentAt })
  }
  return conditions
}

/** Whether a part of the document runs. Unknown variables, and values that are no booleans, leave it in. */
export function runs(conditions: readonly Condition[], variables: Variables): boolean {
  return conditions.every(({ variable, absentAt }) => readVariable(variables, variable) !== absentAt)
}

function readVariable(variables: Variables, name: string): unknown {
  // An own property: a variable may be called `constructor`.
  return variables !== null && Object.hasOwn(variables, name) ? variables[name] : undefined
}

/**
 * The variables that a resolver is told of: graphql 16 has the values themselves in `info.variableValues`, graphql 17
 * `{ sources, coerced }`.
 */
export function variablesOf(operation: OperationDefinitionNode, variableValues: unknown): Variables {
  if (typeof variableValues !== 'object' || variableValues === null) return null
  if (versionInfo.major < 17) return variableValues as Variables
  // An executor of the older form would show a client's `$coerced` where the values are looked for.
  if (operation.variableDefinitions?.some(({ variable }) => variable.name.value === 'coerced')) return null
  const { coerced } = variableValues as { readonly coerced?: unknown }
  return typeof coerced === 'object' ? (coerced as Variables) : null
}

/** The variables as the executor is going to coerce them; null where they do not fit, for then it runs nothing. */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: Readonly<Record<string, unknown>> | null | undefined,
): Variables {
  const result: unknown = getVariableValues(schema, operation.variableDefinitions ?? [], raw ?? {})
  const { coerced, variableValues } = result as {
    readonly coerced?: Variables
    readonly variableValues?: object
  }
  if (variableValues === undefined) return coerced ?? null
  return (variableValues as { readonly coerced?: Variables }).coerced ?? null
}
