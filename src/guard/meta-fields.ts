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

type StandIns = Readonly<Record<MetaName, string>>

const META_NAMES: StandIns = { __schema: '__schema', __type: '__type' }

/**
 * graphql resolves `__schema` and `__type` by two definitions that all schemas of the process share, which no guard can
 * wrap. So a guarded schema has two fields of its own that answer the same and can be judged, and an adapter has documents
 * ask for those. They are listed nowhere.
 *
 * Other names in each process: a client that knew them would ask past whatever refuses `__schema` by its name. Who learns
 * one is judged all the same.
 */
let madeStandIns: StandIns | undefined

function standIns(): StandIns {
  if (madeStandIns !== undefined) return madeStandIns
  const nonce = crypto.randomUUID().replaceAll('-', '')
  madeStandIns = { __schema: `__guardedSchema_${nonce}`, __type: `__guardedType_${nonce}` }
  return madeStandIns
}

/** Puts these fields into a schema that was guarded while a Worker's modules load, which has no random values then. */
const DEFINE = new WeakMap<GraphQLSchema, () => void>()
const GUARDED = new WeakSet<GraphQLSchema>()
const REDIRECTED = new WeakMap<DocumentNode, DocumentNode>()

/** `__schema` or `__type`, also of what stands in for it. */
export function findMetaName(fieldName: string): MetaName | undefined {
  if (isMetaName(fieldName)) return fieldName
  if (madeStandIns?.__schema === fieldName) return '__schema'
  return madeStandIns?.__type === fieldName ? '__type' : undefined
}

function isMetaName(fieldName: string): fieldName is MetaName {
  return Object.hasOwn(META_NAMES, fieldName)
}

/** Makes the resolver of a meta-field, which may be called by another name. */
export type ResolveMeta = (name: MetaName, fieldName: string) => GraphQLFieldResolver<unknown, unknown>

/** Gives a schema meta-fields that `resolve` makes. graphql 17 asks each schema for its own, and is given them too. */
export function replaceMetaFields(schema: GraphQLSchema, resolve: ResolveMeta): void {
  const queryType = schema.getQueryType()
  if (queryType == null) return
  const define = () => {
    for (const field of Object.values(makeFields(queryType, standIns(), resolve))) {
      Object.defineProperty(queryType.getFields(), field.name, { value: field, enumerable: false })
    }
  }
  try {
    define()
  } catch {
    DEFINE.set(schema, define)
  }
  if (versionInfo.major >= 17) {
    const own = makeFields(queryType, META_NAMES, resolve)
    const getField = Reflect.get(schema, 'getField') as (parent: unknown, name: string) => unknown
    Object.defineProperty(schema, 'getField', {
      value: (parent: unknown, name: string) =>
        (parent === queryType && own[name]) || getField.call(schema, parent, name),
    })
  }
  GUARDED.add(schema)
}

type Fields = Readonly<Record<string, GraphQLField<unknown, unknown>>>

function makeFields({ name }: GraphQLObjectType, fieldNames: StandIns, resolve: ResolveMeta): Fields {
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
  return GUARDED.has(schema) && (versionInfo.major >= 17 || !isMetaName(fieldName))
}

/** Whether the schema's meta-fields are its own, and judged. */
export function hasOwnMetaFields(schema: GraphQLSchema): boolean {
  return GUARDED.has(schema)
}

/** The document with what stands in for the meta-fields, under the same keys of the answer; else as it is. */
export function redirectMetaFields(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  if (!GUARDED.has(schema)) return document
  DEFINE.get(schema)?.()
  DEFINE.delete(schema)
  const known = REDIRECTED.get(document)
  if (known !== undefined) return known
  const redirected: DocumentNode = visit(document, { [Kind.FIELD]: redirectField })
  REDIRECTED.set(document, redirected)
  return redirected
}

function redirectField(node: FieldNode): FieldNode | undefined {
  const { name, alias = name } = node
  if (!isMetaName(name.value)) return undefined
  return { ...node, alias, name: { ...name, value: standIns()[name.value] } }
}
