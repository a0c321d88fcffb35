import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { Admission, recall, type Site } from './admission.js'
import { ALLOWED } from './decide.js'
import { guardIntrospection } from './introspection.js'
import { Judge } from './judge.js'
import { lasting, sayingWhy } from './lasting.js'
import { type GuardConfig, type GuardOptions, resolveGuardOptions } from './options.js'
import { demandsOf } from './plan.js'
import { type Requirements, readRequirements } from './requirements.js'
import { isNothing } from './rule.js'
import { createBearerWatch, type WatchBearer } from './watch-bearers.js'

type Resolver = GraphQLFieldResolver<unknown, unknown>
type FieldConfig = GraphQLFieldConfig<unknown, unknown>

const JUDGES = new WeakMap<GraphQLSchema, Judge>()
const FUNCTIONS = new WeakMap<GraphQLSchema, ReadonlyMap<Site, Functions>>()

/** What the guard put into a field. */
type Functions = Pick<GraphQLField<unknown, unknown>, 'resolve' | 'subscribe'>

/**
 * A copy of the schema in which nothing runs before the guard allows it: the first root field to run judges the whole
 * operation. A field without a resolver of its own is resolved by graphql's default: no resolver is told of the
 * `fieldResolver` or `subscribeFieldResolver` that an executor is given, so that neither is asked for a guarded field or a
 * root field. Guard a schema when it is whole: an operation that asks for a field that came later is refused, or for one with an
 * argument or an input field that did; what came after it was first asked for is not noticed. Throws `GuardSchemaError`
 * where the directives contradict each other or would not be enforced, and `OptionError`.
 */
export function guardSchema(schema: GraphQLSchema, options: GuardOptions): GraphQLSchema {
  return guardSchemaWith(schema, resolveGuardOptions(options))
}

export function guardSchemaWith(schema: GraphQLSchema, config: GuardConfig): GraphQLSchema {
  const requirements = readRequirements(schema, config)
  // Its fields are only admitted once it is whole.
  const sites: Site[] = []
  const key = Symbol('judged')
  const watchBearer = createBearerWatch(config)
  const guarded = wrapFields(schema, { requirements, sites, key, watchBearer, admission: () => admission })
  for (const site of sites) site.parentType = typeAt(guarded, site)
  const judge = new Judge(guarded, requirements, config)
  const admission = new Admission(key, { schema: guarded, judge, inputs: requirements.inputs, config })
  if (config.introspection !== 'public') guardIntrospection(guarded, { requirements, admission, config })
  JUDGES.set(guarded, judge)
  FUNCTIONS.set(guarded, new Map(sites.map((site) => [site, functionsAt(guarded, site)])))
  return guarded
}

/** The judge of a schema that `guardSchema` answered; undefined for any other. */
export function findSchemaJudge(schema: GraphQLSchema): Judge | undefined {
  return JUDGES.get(schema)
}

/**
 * The fields of a guarded schema whose resolvers, `subscribe` too, somebody replaced after it was guarded; undefined for a
 * schema that is not guarded.
 */
export function findReplacedFields(schema: GraphQLSchema): string[] | undefined {
  const functions = FUNCTIONS.get(schema)
  if (functions === undefined) return undefined
  const replaced = [...functions].filter(([site, { resolve, subscribe }]) => {
    const now = functionsAt(schema, site)
    return now.resolve !== resolve || now.subscribe !== subscribe
  })
  return replaced.map(([{ parentName, fieldName }]) => `${parentName}.${fieldName}`)
}

function functionsAt(schema: GraphQLSchema, site: Site): Functions {
  const { resolve, subscribe } = typeAt(schema, site)?.getFields()[site.fieldName] ?? {}
  return { resolve, subscribe }
}

function typeAt(schema: GraphQLSchema, { parentName }: Site): GraphQLObjectType | null {
  const type = schema.getType(parentName)
  return isObjectType(type) ? type : null
}

function wrapFields(
  schema: GraphQLSchema,
  {
    requirements,
    sites,
    key,
    watchBearer,
    admission,
  }: {
    requirements: Requirements
    sites: Site[]
    key: symbol
    watchBearer: WatchBearer
    admission: () => Admission
  },
): GraphQLSchema {
  function admitAndResolve(site: Site, resolve: Resolver, call: Parameters<Resolver>): unknown {
    const [, args, context, info] = call
    const waiting = admission().admit(site, args, context, info)
    return waiting === undefined ? resolve(...call) : waiting.then(() => resolve(...call))
  }

  // The way of nearly every field of a long list comes first: nothing is called that need not be.
  function wrap(site: Site, resolve: Resolver): Resolver {
    return (source, args, context, info) =>
      recall(key, site, context, info)?.verdict === ALLOWED
        ? resolve(source, args, context, info)
        : admitAndResolve(site, resolve, [source, args, context, info])
  }

  /** The same once more, since V8 calls a known function for less than one that may be any. */
  function wrapDefault(site: Site): Resolver {
    return (source, args, context, info) =>
      recall(key, site, context, info)?.verdict === ALLOWED
        ? defaultFieldResolver(source, args, context, info)
        : admitAndResolve(site, defaultFieldResolver, [source, args, context, info])
  }

  function wrapResolve({ resolve = defaultFieldResolver }: FieldConfig, site: Site): Resolver {
    return resolve === defaultFieldResolver ? wrapDefault(site) : wrap(site, resolve)
  }

  function wrapField(field: FieldConfig, site: Site): FieldConfig {
    sites.push(site)
    return { ...field, resolve: wrapResolve(field, site) }
  }

  /** Judged anew is what was admitted as an operation; called by somebody's own code, it may never have been one. */
  const watch = (site: Site) => (context: unknown, info: GraphQLResolveInfo) =>
    watchBearer(
      context,
      recall(key, site, context, info) === undefined ? null : () => admission().rejudge(context, info),
    )

  function wrapSubscription(field: FieldConfig, site: Site): FieldConfig {
    sites.push(site)
    const { subscribe = defaultFieldResolver } = field
    return {
      ...field,
      resolve: sayingWhy(wrapResolve(field, site)),
      subscribe: wrap(site, lasting(subscribe, watch(site))),
    }
  }

  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field: FieldConfig, fieldName, parentName) => {
      const site = siteOf(field, { parentName, fieldName, requirements })
      if (isNothing(site.requirement) && site.inputs.length === 0) return undefined
      return wrapField(field, site)
    },
    [MapperKind.ROOT_FIELD]: (field: FieldConfig, fieldName, parentName) =>
      wrapField(field, siteOf(field, { parentName, fieldName, requirements })),
    [MapperKind.SUBSCRIPTION_ROOT_FIELD]: (field: FieldConfig, fieldName, parentName) =>
      wrapSubscription(field, siteOf(field, { parentName, fieldName, requirements })),
  })
}

function siteOf(
  field: FieldConfig,
  {
    parentName,
    fieldName,
    requirements,
  }: { parentName: string; fieldName: string; requirements: Requirements },
): Site {
  const requirement = requirements.ofField(parentName, fieldName)
  const inputs = Object.entries({ ...field.args })
    .map(([name, { type }]) => ({
      name,
      type,
      requirement: requirements.ofArgument(parentName, fieldName, name),
    }))
    .filter(
      ({ type, requirement }) => !isNothing(requirement) || requirements.inputs.reachableFrom(type).size > 0,
    )
  return {
    parentName,
    fieldName,
    parentType: null,
    requirement,
    demands: demandsOf([requirement], requirements.inputs),
    inputs,
  }
}
