import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql'

type Composite = GraphQLObjectType | GraphQLInterfaceType

/** The coordinates of a schema that somebody is not shown: types, fields, arguments, input fields. */
export type HiddenPlaces = ReadonlySet<string>

/**
 * Finds all that has to go where some places are not shown, so that what is left is a schema, and says nothing about the
 * rest: a field goes with the type that it returns and with an argument that it cannot do without, a type with the last of its fields
 * or members, an interface's field with that of an implementor, and whatever nothing leads to any more.
 */
export function findHiddenPlaces(
  schema: GraphQLSchema,
  isShown: (coordinate: string) => boolean,
): HiddenPlaces {
  const hidden = new Set<string>()
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type))
  let size: number
  // Each thing that goes may take others along, until nothing does.
  do {
    size = hidden.size
    for (const type of types) hideWithin(type, { schema, isShown, hidden })
  } while (hidden.size > size)
  const reachable = findReachable(schema, hidden)
  for (const { name } of types) if (!reachable.has(name)) hidden.add(name)
  return hidden
}

interface Sight {
  readonly schema: GraphQLSchema
  readonly isShown: (coordinate: string) => boolean
  readonly hidden: Set<string>
}

function hideWithin(type: GraphQLNamedType, sight: Sight): void {
  const { schema, isShown, hidden } = sight
  if (hidden.has(type.name)) return
  if (isUnionType(type)) {
    if (type.getTypes().every(({ name }) => hidden.has(name))) hidden.add(type.name)
  } else if (isInputObjectType(type)) {
    hideInputFields(type, sight)
  } else if (isObjectType(type) || isInterfaceType(type)) {
    if (!isShown(type.name)) hidden.add(type.name)
    for (const field of Object.values(type.getFields())) hideField(type, field, sight)
    // A schema has a query type, though it were empty.
    if (type !== schema.getQueryType() && isEmptied(type, hidden)) hidden.add(type.name)
    if (isInterfaceType(type) && isDeserted(schema, type, hidden)) hidden.add(type.name)
  }
}

function hideField(type: Composite, field: GraphQLField<unknown, unknown>, sight: Sight): void {
  const { schema, isShown, hidden } = sight
  const coordinate = `${type.name}.${field.name}`
  const implementors = isInterfaceType(type) ? implementorsOf(schema, type, hidden) : []
  const isHidden = (member: string) =>
    !isShown(`${type.name}.${member}`) || implementors.some(({ name }) => hidden.has(`${name}.${member}`))
  for (const arg of field.args) {
    const member = `${field.name}(${arg.name}:)`
    if (!isHidden(member) && !hidden.has(getNamedType(arg.type).name)) continue
    hidden.add(`${type.name}.${member}`)
    if (isRequiredArgument(arg)) hidden.add(coordinate)
  }
  if (isHidden(field.name) || hidden.has(getNamedType(field.type).name)) hidden.add(coordinate)
}

function hideInputFields(type: GraphQLInputObjectType, { isShown, hidden }: Sight): void {
  for (const field of Object.values(type.getFields())) {
    const coordinate = `${type.name}.${field.name}`
    if (isShown(coordinate) && !hidden.has(getNamedType(field.type).name)) continue
    hidden.add(coordinate)
    if (isRequiredInputField(field)) hidden.add(type.name)
  }
  if (isEmptied(type, hidden)) hidden.add(type.name)
}

function isEmptied(type: Composite | GraphQLInputObjectType, hidden: HiddenPlaces): boolean {
  return Object.keys(type.getFields()).every((name) => hidden.has(`${type.name}.${name}`))
}

/** All that implemented it is hidden. */
function isDeserted(schema: GraphQLSchema, type: GraphQLInterfaceType, hidden: HiddenPlaces): boolean {
  const { objects } = schema.getImplementations(type)
  return objects.length > 0 && objects.every(({ name }) => hidden.has(name))
}

function implementorsOf(
  schema: GraphQLSchema,
  type: GraphQLInterfaceType,
  hidden: HiddenPlaces,
): readonly Composite[] {
  const { objects, interfaces } = schema.getImplementations(type)
  return [...objects, ...interfaces].filter(({ name }) => !hidden.has(name))
}

/** The names of the types that a shown place leads to, from the root types and the directives on. */
function findReachable(schema: GraphQLSchema, hidden: HiddenPlaces): ReadonlySet<string> {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const ofDirectives = schema
    .getDirectives()
    .flatMap(({ args }) => args.map(({ type }) => getNamedType(type)))
  const reached = new Set<GraphQLNamedType>()
  const reach = (types: Iterable<GraphQLNamedType | null | undefined>) => {
    for (const type of types) if (type != null && !hidden.has(type.name)) reached.add(type)
  }
  reach([...roots, ...ofDirectives])
  // A set that grows while it is walked.
  for (const type of reached) reach(typesBelow(schema, type, hidden))
  return new Set([...reached].map(({ name }) => name))
}

function* typesBelow(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  hidden: HiddenPlaces,
): Generator<GraphQLNamedType> {
  if (isUnionType(type)) yield* type.getTypes()
  if (isInterfaceType(type) || isObjectType(type)) yield* type.getInterfaces()
  if (!isInterfaceType(type) && !isObjectType(type) && !isInputObjectType(type)) return
  for (const field of Object.values(type.getFields())) {
    const coordinate = `${type.name}.${field.name}`
    if (hidden.has(coordinate)) continue
    const named = getNamedType(field.type as GraphQLType)
    yield named
    // An interface's own fields lead no further: their values are those of an object's field, which may return less.
    if (isObjectType(type) && isInterfaceType(named)) yield* schema.getImplementations(named).objects
    for (const arg of 'args' in field ? field.args : []) {
      if (!hidden.has(`${coordinate}(${arg.name}:)`)) yield getNamedType(arg.type as GraphQLType)
    }
  }
}
