import fc from 'fast-check'
import {
  buildClientSchema,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validateSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../../src/guard/index.js'
import { executeRedirected } from '../support/run.js'
import { arbitraryModel } from './arbitrary-model.js'
import { arbitraryViewer } from './arbitrary-viewer.js'
import { type Model, possibleTypes, printModel, rulesOfField } from './model.js'
import { denialOf, type OracleRule } from './rules.js'
import { buildWitnessed } from './witness.js'

const RUNS = Number(process.env.ORACLE_RUNS ?? 150)

const QUERY = parse(getIntrospectionQuery())

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
  const { data, errors } = await executeRedirected(guarded, QUERY, { viewer })
  if (viewer.kind === 'expired') {
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['TOKEN_EXPIRED']))
    return
  }
  const shown = buildClientSchema(data as unknown as IntrospectionQuery)
  const sight = { guarded, shown, viewer }
  const wrong = [...findWrong(model, sight), ...findAstray(model, sight)]
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
  const isFor = (rules: readonly OracleRule[]) => areFor(rules, viewer)
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
      const missed = isInterfaceType(whole) ? missedOf(whole, { guarded, shown }) : []
      const mayBeGone = missed.some((name) => !isFor(rulesOfField(model, name, field.name)))
      if (found === undefined ? isExpected && !mayBeGone : !isExpected) yield `${type.name}.${field.name}`
      for (const arg of found === undefined ? [] : field.args) {
        const isArgExpected =
          isFor(rulesOfArgument(model, type.name, field.name)) &&
          isThere(arg.type) &&
          keepsArgument(implementors, field.name)
        const mayArgBeGone = missed.some((name) => !isFor(rulesOfArgument(model, name, field.name)))
        const isArgFound = found?.args.some(({ name }) => name === arg.name)
        if (isArgFound ? !isArgExpected : isArgExpected && !mayArgBeGone) {
          yield `${type.name}.${field.name}(${arg.name}:)`
        }
      }
    }
  }
}

/** The object types that are shown and that nothing answers, or the other way round. */
function* findAstray(model: Model, { shown, viewer }: Sight): Generator<string> {
  const answered = new Set(['Query', ...namedIn(shown)])
  // A set that grows while it is walked.
  for (const name of answered) {
    const type = shown.getType(name)
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      for (const one of possibleTypes(model, getNamedType(field.type).name)) answered.add(one)
    }
  }
  for (const { name, isObject, fields } of model.types) {
    if (!isObject || name === 'Query') continue
    const hasField = fields.some(
      (field) =>
        areFor(rulesOfField(model, name, field.name), viewer) && shown.getType(field.returns) !== undefined,
    )
    if (shown.getType(name) === undefined) {
      if (answered.has(name) && hasField) yield `${name} is missing`
    } else if (!answered.has(name)) {
      yield `${name} is astray`
    }
  }
}

/** What a union's members or an interface's fields cannot do without, though no value were of it. */
function* namedIn(shown: GraphQLSchema): Generator<string> {
  for (const type of Object.values(shown.getTypeMap())) {
    if (isUnionType(type)) for (const { name } of type.getTypes()) yield name
    if (!isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) yield getNamedType(field.type).name
  }
}

function areFor(rules: readonly OracleRule[], viewer: Viewer): boolean {
  return rules.every((rule) => [null, 'FRESH_REQUIRED'].includes(denialOf(rule, viewer)))
}

/** What implements an interface and is not shown: it may have taken the interface's fields along, or been led to by nothing. */
function missedOf(
  whole: GraphQLInterfaceType,
  { guarded, shown }: Pick<Sight, 'guarded' | 'shown'>,
): readonly string[] {
  const names = guarded.getImplementations(whole).objects.map(({ name }) => name)
  return names.filter((name) => shown.getType(name) === undefined)
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
