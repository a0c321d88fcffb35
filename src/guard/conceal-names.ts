import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  Kind,
  visit,
} from 'graphql'
import { ERRORS } from '../base/errors.js'
import { rebuildError } from '../base/graphql-error.js'

/** What may be said of a document: nothing of the schema is named that the document does not name. */
export type ConcealNames = (message: string, document: DocumentNode) => string

const SUGGESTION = / Did you mean [\s\S]*$/
/** Between two quotation marks of graphql-js: `Type!`, `@directive`, `Type.field(arg:)`, `field { ... }`. */
const REFERENCE = /^[@$[]*\w+(?:[.(]\w+|[:)\]!])*(?: \{ \.\.\. \})?$/
const VARIABLE = /^Variable "\$\w+"/

/** What part of a schema everybody is shown. */
const TOLD = new WeakMap<GraphQLSchema, () => GraphQLSchema>()

/** Lets messages about the schema's documents name what this part of it does. */
export function tellNamesOf(schema: GraphQLSchema, findPart: () => GraphQLSchema): void {
  TOLD.set(schema, findPart)
}

const OF_SCHEMA = new WeakMap<GraphQLSchema, ConcealNames>()

/**
 * Makes messages of validation, and about variables, fit for whoever may not see the schema. They are told before anybody is
 * judged, and kept for all who send the same text: so they are alike for all.
 */
export function concealNamesOf(schema: GraphQLSchema): ConcealNames {
  const known = OF_SCHEMA.get(schema)
  if (known !== undefined) return known
  const concealNames = createConcealNames(schema)
  OF_SCHEMA.set(schema, concealNames)
  return concealNames
}

function createConcealNames(schema: GraphQLSchema): ConcealNames {
  let untold: Untold | undefined
  return (message, document) => {
    untold ??= findUntold(schema)
    const { names, typeNames } = untold
    const cut = message.replace(SUGGESTION, '')
    // Between two quotation marks that follow each other a name stands alone, however many of them a client wrote.
    const references = cut.split('"').filter((part) => REFERENCE.test(part))
    const hidden = [
      ...references.flatMap(wordsIn).filter((name) => names.has(name)),
      // A scalar says in its own words what it cannot take. Names of fields are words that anything may be said with.
      ...wordsIn(cut).filter((name) => typeNames.has(name)),
    ]
    if (hidden.length === 0) return cut
    const written = namesWritten(document)
    return hidden.every((name) => written.has(name)) ? cut : withoutNames(cut)
  }
}

function wordsIn(text: string): readonly string[] {
  return text.match(/\w+/g) ?? []
}

/** The errors of one document. The same list is answered with the same: caches keep them beside their document. */
export function concealErrors(
  errors: readonly GraphQLError[],
  document: DocumentNode,
  concealNames: ConcealNames,
): readonly GraphQLError[] {
  const known = CONCEALED.get(errors)
  if (known !== undefined) return known
  const concealed = errors.map((error) => {
    const message = concealNames(error.message, document)
    return message === error.message ? error : withMessage(error, message)
  })
  CONCEALED.set(errors, concealed)
  CONCEALED.set(concealed, concealed)
  return concealed
}

const CONCEALED = new WeakMap<readonly GraphQLError[], readonly GraphQLError[]>()

function withMessage(error: GraphQLError, message: string): GraphQLError {
  const changed = rebuildError(error, { message, extensions: error.extensions })
  // A stack holds what was on it, for as long as the error is kept.
  changed.stack = message
  return changed
}

function withoutNames(message: string): string {
  const [variable] = VARIABLE.exec(message) ?? []
  return variable === undefined
    ? ERRORS.GRAPHQL_VALIDATION_FAILED.message
    : `${variable} does not fit the schema.`
}

const WRITTEN = new WeakMap<DocumentNode, ReadonlySet<string>>()

/** Each document is walked once, however many messages there are about it. */
function namesWritten(document: DocumentNode): ReadonlySet<string> {
  const known = WRITTEN.get(document)
  if (known !== undefined) return known
  const names = new Set<string>()
  visit(document, { [Kind.NAME]: ({ value }) => void names.add(value) })
  WRITTEN.set(document, names)
  return names
}

interface Untold {
  readonly names: ReadonlySet<string>
  /** Those of them that are a type's. */
  readonly typeNames: ReadonlySet<string>
}

function findUntold(schema: GraphQLSchema): Untold {
  const part = TOLD.get(schema)?.()
  const told = part === undefined ? new Set<string>() : namesIn(part)
  const names = [...namesIn(schema)].filter((name) => !told.has(name))
  const types = schema.getTypeMap()
  return { names: new Set(names), typeNames: new Set(names.filter((name) => Object.hasOwn(types, name))) }
}

/** All that is named in a schema, but for what GraphQL names itself, and the root types, which `__typename` tells anyway. */
function namesIn(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>()
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue
    if (!roots.includes(type)) names.add(type.name)
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name)
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) names.add(name)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const { name, args } of Object.values(type.getFields())) {
      names.add(name)
      for (const arg of args) names.add(arg.name)
    }
  }
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue
    names.add(directive.name)
    for (const arg of directive.args) names.add(arg.name)
  }
  return names
}
