import {
  __Schema,
  __Type,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
  Kind,
  versionInfo,
  visit,
} from 'graphql'

export type MetaName = '__schema' | '__type'

/**
 * Other names in each process: a client that knew them would ask past whatever refuses `__schema` by its name. Who learns
 * one is judged all the same.
 */
const NONCE = crypto.randomUUID().replaceAll('-', '')

/**
 * graphql resolves `__schema` and `__type` by two definitions that all schemas of the process share, which no guard can
 * wrap. So a guarded schema has two fields of its own that answer the same and can be judged, and an adapter has documents
 * ask for those. They are listed nowhere.
 */
const STAND_INS: Readonly<Record<MetaName, string>> = {
  __schema: `__guardedSchema_${NONCE}`,
  __type: `__guardedType_${NONCE}`,
}
const NAMES: ReadonlyMap<string, MetaName> = new Map(
  (Object.keys(STAND_INS) as MetaName[]).flatMap((name) => [
    [name, name],
    [STAND_INS[name], name],
  ]),
)

const GUARDED = new WeakSet<GraphQLSchema>()
const REDIRECTED = new WeakMap<DocumentNode, DocumentNode>()

/** `__schema` or `__type`, also of what stands in for it. */
export function findMetaName(fieldName: string): MetaName | undefined {
  return NAMES.get(fieldName)
}

/** Makes the resolver of a meta-field, which may be called by another name. */
export type ResolveMeta = (name: MetaName, fieldName: string) => GraphQLFieldResolver<unknown, unknown>

/** Gives a schema meta-fields that `resolve` makes. graphql 17 asks each schema for its own, and is given them too. */
export function replaceMetaFields(schema: GraphQLSchema, resolve: ResolveMeta): void {
  const queryType = schema.getQueryType()
  if (queryType == null) return
  for (const field of Object.values(makeFields(queryType, STAND_INS, resolve))) {
    Object.defineProperty(queryType.getFields(), field.name, { value: field, enumerable: false })
  }
  if (versionInfo.major >= 17) {
    const own = makeFields(queryType, { __schema: '__schema', __type: '__type' }, resolve)
    const getField = Reflect.get(schema, 'getField') as (parent: unknown, name: string) => unknown
    Object.defineProperty(schema, 'getField', {
      value: (parent: unknown, name: string) =>
        (parent === queryType && own[name]) || getField.call(schema, parent, name),
    })
  }
  GUARDED.add(schema)
}

type Fields = Readonly<Record<string, GraphQLField<unknown, unknown>>>

function makeFields(
  { name }: GraphQLObjectType,
  fieldNames: Readonly<Record<MetaName, string>>,
  resolve: ResolveMeta,
): Fields {
  const { __schema, __type } = fieldNames
  return new GraphQLObjectType({
    name,
    fields: {
      [__schema]: { type: new GraphQLNonNull(__Schema), resolve: resolve('__schema', __schema) },
      [__type]: {
        type: __Type,
        args: { name: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: resolve('__type', __type),
      },
    },
  }).getFields()
}

/** Whether whoever resolves the field by this name is ours: graphql 16 resolves `__schema` and `__type` itself. */
export function isOwnMetaField(schema: GraphQLSchema, fieldName: string): boolean {
  return GUARDED.has(schema) && (versionInfo.major >= 17 || !Object.hasOwn(STAND_INS, fieldName))
}

/** Whether the schema's meta-fields are its own, and judged. */
export function hasOwnMetaFields(schema: GraphQLSchema): boolean {
  return GUARDED.has(schema)
}

/** The document with what stands in for the meta-fields, under the same keys of the answer; else as it is. */
export function redirectMetaFields(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  if (!GUARDED.has(schema)) return document
  const known = REDIRECTED.get(document)
  if (known !== undefined) return known
  const redirected: DocumentNode = visit(document, { [Kind.FIELD]: redirectField })
  REDIRECTED.set(document, redirected)
  return redirected
}

function redirectField(node: FieldNode): FieldNode | undefined {
  const { name, alias = name } = node
  if (!Object.hasOwn(STAND_INS, name.value)) return undefined
  return { ...node, alias, name: { ...name, value: STAND_INS[name.value as MetaName] } }
}
