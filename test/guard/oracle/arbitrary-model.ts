import fc from 'fast-check'
import type { Model, ModelArgument, ModelField, ModelInput, ModelType } from './model.js'
import { NO_RULE, NULL_RULES, type OracleRule, RULES } from './rules.js'

/** Numbers are choices: whatever they are, and however they shrink, the schema that they describe is valid. */
const choice = fc.nat(1000)

/** Most places have no rule, so that documents are allowed often enough. */
const ruleSeed = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60) })

const argSeed = fc.option(fc.record({ type: choice, isList: fc.boolean(), rule: ruleSeed }), { freq: 2 })
const fieldSeed = fc.record({
  returns: choice,
  lists: fc.nat(2),
  rule: ruleSeed,
  arg: argSeed,
  override: ruleSeed,
})
const typeSeed = fc.record({
  implements: choice,
  rule: ruleSeed,
  idRule: ruleSeed,
  fields: fc.array(fieldSeed, { maxLength: 2 }),
})
const inputSeed = fc.array(fc.record({ type: choice, rule: ruleSeed }), { minLength: 1, maxLength: 3 })

const seeds = fc.record({
  unmarked: fc.constantFrom('public' as const, 'authenticated' as const),
  interfaces: fc.array(typeSeed, { minLength: 1, maxLength: 3 }),
  objects: fc.array(typeSeed, { minLength: 2, maxLength: 4 }),
  unions: fc.array(choice, { maxLength: 2 }),
  inputs: fc.array(inputSeed, { minLength: 1, maxLength: 2 }),
  queryRule: ruleSeed,
  queryFields: fc.array(fc.record({ field: fieldSeed, isPublic: fc.boolean() }), {
    minLength: 2,
    maxLength: 4,
  }),
})

type Seeds = typeof seeds extends fc.Arbitrary<infer T> ? T : never
type FieldSeed = typeof fieldSeed extends fc.Arbitrary<infer T> ? T : never

export const arbitraryModel: fc.Arbitrary<Model> = seeds.map(interpret)

function ruleAt(seed: number, allowsNull: boolean): OracleRule {
  if (seed === 0) return NO_RULE
  const rules = allowsNull ? [...RULES, ...NULL_RULES, ...NULL_RULES] : RULES
  return rules[seed % rules.length] ?? NO_RULE
}

function interpret(seed: Seeds): Model {
  const interfaceNames = seed.interfaces.map((_, index) => `I${index}`)
  const objectNames = seed.objects.map((_, index) => `O${index}`)
  const unions = seed.unions.map((mask, index) => ({
    name: `U${index}`,
    members: masked(objectNames, mask, true),
  }))
  const inputNames = seed.inputs.map((_, index) => `In${index}`)
  const outputs = ['String', ...objectNames, ...interfaceNames, ...unions.map(({ name }) => name)]
  const read = (name: string, field: FieldSeed) =>
    readField(name, field, { outputs, inputNames, objectNames })

  const types: ModelType[] = []
  const add = (name: string, isObject: boolean, type: Seeds['objects'][number]) => {
    const direct = masked(
      types.filter((known) => !known.isObject).map((known) => known.name),
      type.implements,
      false,
    )
    const parents = types.filter((known) => !known.isObject)
    const interfaces = parents
      .filter((parent) =>
        direct.some(
          (child) =>
            child === parent.name ||
            parents.find((known) => known.name === child)?.interfaces.includes(parent.name),
        ),
      )
      .map((parent) => parent.name)
    const inherited = new Map<string, ModelField>()
    for (const parent of parents.filter((known) => interfaces.includes(known.name))) {
      for (const field of parent.fields) inherited.set(field.name, redeclare(field, type))
    }
    const id: ModelField = {
      name: `id${name}`,
      returns: 'String',
      lists: 0,
      rule: ruleAt(type.idRule, true),
      isPublic: false,
      arg: null,
    }
    const own = type.fields.map((field, index) => read(`f${index}${name}`, field))
    // A type's rule may give null where it is an object's only.
    types.push({
      name,
      isObject,
      interfaces,
      rule: ruleAt(type.rule, isObject),
      fields: [id, ...own, ...inherited.values()],
    })
  }
  for (const [index, type] of seed.interfaces.entries()) add(`I${index}`, false, type)
  for (const [index, type] of seed.objects.entries()) add(`O${index}`, true, type)
  // A schema without any rule is none that can be guarded.
  const marked: ModelField = {
    name: 'marked',
    returns: 'String',
    lists: 0,
    rule: ruleAt(RULES.length, false),
    isPublic: false,
    arg: null,
  }
  const queryFields = seed.queryFields.map(({ field, isPublic }, index) => {
    const made = read(`q${index}`, field)
    return isPublic ? { ...made, isPublic, rule: NO_RULE } : made
  })
  types.push({
    name: 'Query',
    isObject: true,
    interfaces: [],
    rule: ruleAt(seed.queryRule, true),
    fields: [...queryFields, marked],
  })
  const inputs = seed.inputs.map(
    (fields, index): ModelInput => ({
      name: `In${index}`,
      fields: fields.map((field, at) => ({
        name: `x${at}`,
        type: ['String', ...inputNames][field.type % (inputNames.length + 1)] ?? 'String',
        rule: ruleAt(field.rule, false),
      })),
    }),
  )
  return { unmarked: seed.unmarked, types, unions, inputs }
}

/** An implementor declares the field again, with a rule of its own or none. */
function redeclare(field: ModelField, type: Seeds['objects'][number]): ModelField {
  const override = type.fields[0]?.override ?? 0
  const arg = field.arg === null ? null : { ...field.arg, rule: NO_RULE }
  return { ...field, rule: ruleAt(override, true), arg }
}

function readField(
  name: string,
  seed: FieldSeed,
  {
    outputs,
    inputNames,
    objectNames,
  }: { outputs: readonly string[]; inputNames: readonly string[]; objectNames: readonly string[] },
): ModelField {
  const returns = outputs[seed.returns % outputs.length] ?? 'String'
  const isConcrete = returns === 'String' || objectNames.includes(returns)
  return {
    name,
    returns,
    // An abstract field answers one value of each type, so that nothing is refused for what could only have come.
    lists: isConcrete ? seed.lists : Math.max(1, seed.lists),
    rule: ruleAt(seed.rule, true),
    isPublic: false,
    arg: seed.arg === null ? null : readArgument(seed.arg, inputNames),
  }
}

function readArgument(
  seed: { type: number; isList: boolean; rule: number },
  inputNames: readonly string[],
): ModelArgument {
  const types = ['String', ...inputNames]
  return {
    type: types[seed.type % types.length] ?? 'String',
    isList: seed.isList,
    rule: ruleAt(seed.rule, false),
  }
}

function masked(names: readonly string[], mask: number, atLeastOne: boolean): string[] {
  const chosen = names.filter((_, index) => (mask >> index) % 2 === 1)
  return chosen.length === 0 && atLeastOne ? names.slice(0, 1) : chosen
}
