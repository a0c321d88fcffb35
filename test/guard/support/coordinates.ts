import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'
import { guardTypeDefs } from '../../../src/guard/index.js'

/** Everything of a schema that has a name, but for what every schema has. */
export function coordinatesIn(schema: GraphQLSchema): string[] {
  const guards = Object.keys(buildSchema(`${guardTypeDefs} type Query { open: Int }`).getTypeMap())
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .filter(({ name }) => name === 'Query' || !guards.includes(name))
    .flatMap((type) => {
      const { name } = type
      if (isUnionType(type)) return [name, ...type.getTypes().map((member) => `${name}|${member.name}`)]
      if (isEnumType(type)) return [name, ...type.getValues().map((value) => `${name}.${value.name}`)]
      if (isInputObjectType(type))
        return [name, ...Object.keys(type.getFields()).map((field) => `${name}.${field}`)]
      if (!isObjectType(type) && !isInterfaceType(type)) return [name]
      const fields = Object.values(type.getFields()).flatMap((field) => [
        `${name}.${field.name}`,
        ...field.args.map((arg) => `${name}.${field.name}(${arg.name}:)`),
      ])
      return [name, ...type.getInterfaces().map((one) => `${name}:${one.name}`), ...fields]
    })
    .sort()
}
