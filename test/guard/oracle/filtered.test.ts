import fc from 'fast-check'
import {
  buildClientSchema,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  validateSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../../src/guard/index.js'
import { executeRaw } from '../support/run.js'
import { arbitraryModel } from './arbitrary-model.js'
import { arbitraryViewer } from './arbitrary-viewer.js'
import { type Model, printModel, rulesOfField } from './model.js'
import { denialOf, type OracleRule } from './rules.js'
import { buildWitnessed } from './witness.js'

const RUNS = Number(process.env.ORACLE_RUNS ?? 150)

/** By what stands in for `__schema`: graphql 16 asks no schema for its own. */
const QUERY = getIntrospectionQuery().replace('__schema', '__schema: __guardedSchema')

const arbitraryCase = fc.record({
  model: arbitraryModel,
  viewers: fc.array(arbitraryViewer, { minLength: 1, maxLength: 4 }),
})

test('what introspection shows may be asked for, and what may be asked for is shown', {
  timeout: 60_000,
  // Another try has other cases, and would hide what this one found.
  retry: 0,
}, async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCase, async ({ model, viewers }) => {
      const { schema } = buildWitnessed(model)
      const guarded = guardSchema(schema, {
        unmarked: model.unmarked,
        introspection: 'filtered',
        viewer: (context) => (context as { viewer: Viewer }).viewer,
      })
      for (const viewer of viewers) await check(model, guarded, viewer)
    }),
    {
      numRuns: RUNS,
      interruptAfterTimeLimit: 55_000,
      endOnFailure: process.env.ORACLE_SHRINKS === 'no',
    },
  )
})

async function check(model: Model, guarded: GraphQLSchema, viewer: Viewer): Promise<void> {
  const { data, errors } = await executeRaw(guarded, parse(QUERY), { viewer })
  if (viewer.kind === 'expired') {
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['TOKEN_EXPIRED']))
    return
  }
  const shown = buildClientSchema(data as unknown as IntrospectionQuery)
  const wrong = [...findWrong(model, { guarded, shown, viewer })]
  const isEmpty = Object.keys(shown.getQueryType()?.getFields() ?? {}).length === 0
  const problems = isEmpty ? [] : validateSchema(shown).map(({ message }) => message)
  if (wrong.length === 0 && problems.length === 0) return
  throw new Error([printModel(model), JSON.stringify(viewer), ...wrong, ...problems].join('\n'))
}

interface Sight {
  readonly guarded: GraphQLSchema
  readonly shown: GraphQLSchema
  readonly viewer: Viewer
}

/** The coordinates that are shown and may not be asked for, or the other way round. */
function* findWrong(model: Model, { guarded, shown, viewer }: Sight): Generator<string> {
  const isFor = (rules: readonly OracleRule[]) =>
    rules.every((rule) => [null, 'FRESH_REQUIRED'].includes(denialOf(rule, viewer)))
  const isThere = (type: Parameters<typeof getNamedType>[0]) =>
    shown.getType(getNamedType(type)?.name ?? '') !== undefined

  for (const type of Object.values(shown.getTypeMap())) {
    const whole = guarded.getType(type.name)
    if (type.name.startsWith('__') || type.name.startsWith('Auth')) continue
    if (isInputObjectType(type) && isInputObjectType(whole)) {
      const input = model.inputs.find(({ name }) => name === type.name)
      for (const field of Object.values(whole.getFields())) {
        const rule = input?.fields.find(({ name }) => name === field.name)?.rule
        const isExpected = isFor(rule === undefined ? [] : [rule]) && isThere(field.type)
        if (Object.hasOwn(type.getFields(), field.name) !== isExpected) yield `${type.name}.${field.name}`
      }
    }
    if (!(isObjectType(type) || isInterfaceType(type)) || !(isObjectType(whole) || isInterfaceType(whole)))
      continue
    const implementors = isInterfaceType(type) ? shown.getPossibleTypes(type) : []
    const isKept = (fieldName: string) =>
      implementors.every((implementor) => Object.hasOwn(implementor.getFields(), fieldName))
    for (const field of Object.values(whole.getFields())) {
      const isExpected =
        isFor(rulesOfField(model, type.name, field.name)) && isThere(field.type) && isKept(field.name)
      const found = type.getFields()[field.name]
      if ((found !== undefined) !== isExpected) yield `${type.name}.${field.name}`
      for (const arg of found === undefined ? [] : field.args) {
        const isArgExpected =
          isFor(rulesOfArgument(model, type.name, field.name)) &&
          isThere(arg.type) &&
          keepsArgument(implementors, field.name)
        if (found?.args.some(({ name }) => name === arg.name) !== isArgExpected) {
          yield `${type.name}.${field.name}(${arg.name}:)`
        }
      }
    }
  }
}

function keepsArgument(implementors: readonly GraphQLObjectType[], fieldName: string): boolean {
  return implementors.every((type) => (type.getFields()[fieldName]?.args.length ?? 0) > 0)
}

/** The argument's own, and those that interfaces give it. */
function rulesOfArgument(model: Model, typeName: string, fieldName: string): readonly OracleRule[] {
  const type = model.types.find(({ name }) => name === typeName)
  const bearers = model.types.filter(({ name }) => name === typeName || type?.interfaces.includes(name))
  return bearers.flatMap(({ fields }) =>
    fields.flatMap(({ name, arg }) => (name === fieldName && arg !== null ? [arg.rule] : [])),
  )
}
