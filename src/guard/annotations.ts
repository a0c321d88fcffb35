import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql'
import { readExtensionDirectives } from './extension-directives.js'

/** Where a directive may stand. The guard's own may not stand elsewhere; there they would do nothing. */
export type Place =
  | 'OBJECT'
  | 'INTERFACE'
  | 'FIELD_DEFINITION'
  | 'ARGUMENT_DEFINITION'
  | 'INPUT_FIELD_DEFINITION'
  | 'ENUM_VALUE'
  | 'ELSEWHERE'

/** A directive as it is applied somewhere: in SDL, or in the `extensions` of a code-first schema. */
export interface Application {
  readonly name: string
  /** Null when they stand in `extensions` in a shape that the guard does not read. */
  readonly args: Readonly<Record<string, unknown>> | null
  readonly inSdl: boolean
}

/** A part of a schema that can bear directives. */
export interface Annotated {
  readonly coordinate: string
  readonly place: Place
  readonly applications: readonly Application[]
  /** False when its `extensions.directives` has a shape that the guard does not read. */
  readonly isReadable: boolean
}

/** What graphql's definitions of every kind have in common. */
interface Bearer {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
  readonly extensionASTNodes?: readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[]
  readonly extensions: Readonly<Record<string, unknown>>
}

/** Every part of a schema with the directives that it bears, those that bear none left out. */
export function* annotationsOf(schema: GraphQLSchema): Generator<Annotated> {
  for (const [coordinate, place, bearer] of bearersOf(schema)) {
    const inExtensions = readExtensionDirectives(bearer.extensions.directives)
    const codeFirst = (inExtensions ?? []).map((directive) => ({ ...directive, inSdl: false }))
    const applications = [...readSdlDirectives(bearer), ...codeFirst]
    const isReadable = inExtensions !== null
    if (applications.length > 0 || !isReadable) yield { coordinate, place, applications, isReadable }
  }
}

type Found = readonly [coordinate: string, place: Place, bearer: Bearer]

/** Every part of a schema that can bear directives and extensions. */
export function* bearersOf(schema: GraphQLSchema): Generator<Found> {
  yield ['schema', 'ELSEWHERE', schema]
  for (const directive of schema.getDirectives()) {
    for (const arg of directive.args) yield [`@${directive.name}(${arg.name}:)`, 'ELSEWHERE', arg]
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isIntrospectionType(type)) yield* bearersOfType(type)
  }
}

function* bearersOfType(type: GraphQLNamedType): Generator<Found> {
  if (isObjectType(type) || isInterfaceType(type)) {
    yield [type.name, isObjectType(type) ? 'OBJECT' : 'INTERFACE', type]
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      yield [coordinate, 'FIELD_DEFINITION', field]
      for (const arg of field.args) yield [`${coordinate}(${arg.name}:)`, 'ARGUMENT_DEFINITION', arg]
    }
    return
  }
  yield [type.name, 'ELSEWHERE', type]
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, 'INPUT_FIELD_DEFINITION', field]
    }
  }
  if (isEnumType(type)) {
    for (const value of type.getValues()) yield [`${type.name}.${value.name}`, 'ENUM_VALUE', value]
  }
}

function readSdlDirectives(bearer: Bearer): Application[] {
  const nodes = [bearer.astNode, ...(bearer.extensionASTNodes ?? [])]
  return nodes.flatMap((node) => node?.directives ?? []).map(readNode)
}

function readNode(node: ConstDirectiveNode): Application {
  const args = (node.arguments ?? []).map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)] as const)
  return { name: node.name.value, args: Object.fromEntries(args), inSdl: true }
}
