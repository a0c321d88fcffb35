import { NO_RULE, type OracleRule } from './rules.js'

/** A schema as plain data, so that what it demands can be told without reading any directive. */
export interface Model {
  readonly unmarked: 'public' | 'authenticated'
  /** Interfaces first, each after those that it implements; then objects; the first object is Query. */
  readonly types: readonly ModelType[]
  readonly unions: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly inputs: readonly ModelInput[]
}

export interface ModelType {
  readonly name: string
  readonly isObject: boolean
  /** All of them, the indirect ones too. */
  readonly interfaces: readonly string[]
  readonly rule: OracleRule
  readonly fields: readonly ModelField[]
}

export interface ModelField {
  readonly name: string
  /** A type's name; `String` is the only scalar. */
  readonly returns: string
  readonly lists: number
  readonly rule: OracleRule
  readonly isPublic: boolean
  readonly arg: ModelArgument | null
}

export interface ModelArgument {
  readonly type: string
  readonly isList: boolean
  readonly rule: OracleRule
}

export interface ModelInput {
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly type: string; readonly rule: OracleRule }[]
}

export function printModel({ types, unions, inputs }: Model): string {
  const printed = types.map((type) => {
    const implemented = type.interfaces.length > 0 ? ` implements ${type.interfaces.join(' & ')}` : ''
    const fields = type.fields.map((field) => `  ${printField(field)}`)
    const head = `${type.isObject ? 'type' : 'interface'} ${type.name}${implemented} ${type.rule.sdl}`
    return `${head} {\n${fields.join('\n')}\n}`
  })
  return [
    ...printed,
    ...unions.map(({ name, members }) => `union ${name} = ${members.join(' | ')}`),
    ...inputs.map(({ name, fields }) => {
      const lines = fields.map((field) => `  ${field.name}: ${field.type} ${field.rule.sdl}`)
      return `input ${name} {\n${lines.join('\n')}\n}`
    }),
  ].join('\n')
}

function printField({ name, returns, lists, rule, isPublic, arg }: ModelField): string {
  const type = `${'['.repeat(lists)}${returns}${']'.repeat(lists)}`
  const given = arg === null ? '' : `(arg: ${arg.isList ? `[${arg.type}]` : arg.type} ${arg.rule.sdl})`
  return `${name}${given}: ${type} ${isPublic ? '@public' : rule.sdl}`
}

export function typeNamed(model: Model, name: string): ModelType | undefined {
  return model.types.find((type) => type.name === name)
}

/** The object types that a value of this type can have. */
export function possibleTypes(model: Model, name: string): readonly string[] {
  const union = model.unions.find((union) => union.name === name)
  if (union !== undefined) return union.members
  return model.types
    .filter((type) => type.isObject && (type.name === name || type.interfaces.includes(name)))
    .map((type) => type.name)
}

/** All rules that stand on the way to one field of one object type; those of inputs left out. */
export function rulesOfField(model: Model, typeName: string, fieldName: string): readonly OracleRule[] {
  const type = typeNamed(model, typeName)
  const field = type?.fields.find(({ name }) => name === fieldName)
  if (type === undefined || field === undefined) throw new Error(`the model has no ${typeName}.${fieldName}`)
  const bearers = [type, ...type.interfaces.flatMap((name) => typeNamed(model, name) ?? [])]
  const ofField = bearers.flatMap(({ fields }) => fields.filter(({ name }) => name === fieldName))
  const own = ofField.map(({ rule }) => rule).filter((rule) => rule !== NO_RULE)
  const ofParent = bearers.map(({ rule }) => rule).filter((rule) => rule !== NO_RULE)
  const isRoot = typeName === 'Query'
  const place = isRoot && field.isPublic ? own : [...own, ...ofParent]
  const isUnmarked = isRoot && !field.isPublic && place.length === 0
  const byDefault = isUnmarked && model.unmarked === 'authenticated' ? [AUTHENTICATED] : []
  return [...place, ...byDefault, ...rulesOfType(model, field.returns)]
}

const AUTHENTICATED: OracleRule = { sdl: '', denies: () => null }

function rulesOfType(model: Model, name: string): readonly OracleRule[] {
  const type = typeNamed(model, name)
  if (type === undefined) return []
  const bearers = [type, ...type.interfaces.flatMap((parent) => typeNamed(model, parent) ?? [])]
  return bearers.map(({ rule }) => rule).filter((rule) => rule !== NO_RULE)
}

/** The rules of every input that a resolver was really given. */
export function rulesOfArguments(
  model: Model,
  typeName: string,
  fieldName: string,
  args: object,
): OracleRule[] {
  if (!Object.hasOwn(args, 'arg')) return []
  const type = typeNamed(model, typeName)
  const bearers = [typeName, ...(type?.interfaces ?? [])].flatMap((name) => typeNamed(model, name) ?? [])
  const declared = bearers.flatMap(({ fields }) => fields.filter(({ name }) => name === fieldName))
  const ofArgument = declared.flatMap(({ arg }) => (arg === null ? [] : [arg.rule]))
  const { arg } = args as { arg: unknown }
  return [...ofArgument, ...rulesOfValue(model, declared[0]?.arg?.type ?? 'String', arg)]
}

function rulesOfValue(model: Model, typeName: string, value: unknown): OracleRule[] {
  const input = model.inputs.find(({ name }) => name === typeName)
  if (input === undefined || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => rulesOfValue(model, typeName, item))
  return input.fields.flatMap((field) => {
    if (!Object.hasOwn(value, field.name)) return []
    return [field.rule, ...rulesOfValue(model, field.type, (value as Record<string, unknown>)[field.name])]
  })
}
