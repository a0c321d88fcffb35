import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { Admission } from './admission.js'
import { ALLOWED } from './decide.js'
import { guardIntrospection } from './introspection.js'
import { Judge } from './judge.js'
import { keepWrapped, type Resolver, type Wrap, type Wrappers } from './keep-wrapped.js'
import { lasting, sayingWhy } from './lasting.js'
import { type GuardConfig, type GuardOptions, resolveGuardOptions } from './options.js'
import { demandsOf } from './plan.js'
import { mayBeRefetched } from './refetch.js'
import { type Requirements, readRequirements } from './requirements.js'
import { isNothing } from './rule.js'
import { recall, type Site } from './site.js'
import { createBearerWatch, type WatchBearer } from './watch-bearers.js'

type FieldConfig = GraphQLFieldConfig<unknown, unknown>

const JUDGES = new WeakMap<GraphQLSchema, Judge>()
const WATCHES = new WeakMap<GraphQLSchema, WatchBearer>()
const FIELDS = new WeakMap<GraphQLSchema, ReadonlyMap<Site, Field>>()

type Field = GraphQLField<unknown, unknown>

/**
 * A copy of the schema in which nothing runs before the guard allows it: the first root field to run judges the whole
 * operation. A field without a resolver of its own is resolved by graphql's default: no resolver is told of the
 * `fieldResolver` or `subscribeFieldResolver` that an executor is given, so that neither is asked for a guarded field or a
 * root field. Guard a schema when it is whole: an operation that asks for a field that came later is refused, or for one with an
 * argument or an input field that did; what came after it was first asked for is not noticed. The guard still holds
 * when a tracer, a cache or a loader puts a resolver of its own into a field later: root fields and fields that become null are
 * guarded again as that happens, and a root field judges for all below it. Throws `GuardSchemaError` where the directives
 * contradict each other or would not be enforced, and `OptionError`.
 */
export function guardSchema(schema: GraphQLSchema, options: GuardOptions): GraphQLSchema {
  return guardSchemaWith(schema, resolveGuardOptions(options))
}

export function guardSchemaWith(schema: GraphQLSchema, config: GuardConfig): GraphQLSchema {
  const requirements = readRequirements(schema, config)
  // Its fields are only admitted once it is whole.
  const sites: GuardedSite[] = []
  const key = Symbol('judged')
  const watchBearer = createBearerWatch(config)
  const guarded = wrapFields(schema, { requirements, sites, key, watchBearer, admission: () => admission })
  const fields = new Map<Site, Field>()
  for (const { site, wrappers } of sites) {
    site.parentType = typeAt(guarded, site)
    const field = fieldAt(guarded, site)
    if (field === undefined) continue
    if (wrappers !== null) keepWrapped(field, wrappers)
    fields.set(site, field)
  }
  const judge = new Judge(guarded, requirements, config)
  const admission = new Admission(key, { schema: guarded, judge, inputs: requirements.inputs, config })
  if (config.introspection !== 'public') guardIntrospection(guarded, { requirements, admission, config })
  JUDGES.set(guarded, judge)
  WATCHES.set(guarded, watchBearer)
  FIELDS.set(guarded, fields)
  return guarded
}

/** The judge of a schema that `guardSchema` answered; undefined for any other. */
export function findSchemaJudge(schema: GraphQLSchema): Judge | undefined {
  return JUDGES.get(schema)
}

/** Watches the bearers of what goes on under a guarded schema; undefined for any other. */
export function findBearerWatch(schema: GraphQLSchema): WatchBearer | undefined {
  return WATCHES.get(schema)
}

/**
 * Returns the coordinates of a guarded schema's fields that another field took the place of, whole, after it was guarded;
 * undefined for a schema that is not guarded. A function that is put into a field stays guarded.
 */
export function findReplacedFields(schema: GraphQLSchema): string[] | undefined {
  const fields = FIELDS.get(schema)
  if (fields === undefined) return undefined
  const replaced = [...fields].filter(([site, field]) => fieldAt(schema, site) !== field)
  return replaced.map(([{ parentName, fieldName }]) => `${parentName}.${fieldName}`)
}

function typeAt(schema: GraphQLSchema, { parentName }: Site): GraphQLObjectType | null {
  const type = schema.getType(parentName)
  return isObjectType(type) ? type : null
}

function fieldAt(schema: GraphQLSchema, site: Site): Field | undefined {
  return typeAt(schema, site)?.getFields()[site.fieldName]
}

/** A field that is judged before it resolves, and how each of its functions is guarded. */
interface GuardedSite {
  readonly site: Site
  /**
   * Null for a field below the root that rejects: the root field that was judged refused the whole operation, and a property
   * with a setter would cost a list of guarded leaves a tenth. Not of one that may be judged by the object that is found.
   */
  readonly wrappers: Wrappers | null
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
    sites: GuardedSite[]
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
    if (site.inputs.length > 0) return (...call) => admitAndResolve(site, resolve, call)
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

  function wrapResolve(resolve: Resolver = defaultFieldResolver, site: Site): Resolver {
    const isDefault = resolve === defaultFieldResolver && site.inputs.length === 0
    return isDefault ? wrapDefault(site) : wrap(site, resolve)
  }

  /** Judged anew is what was admitted as an operation; called by somebody's own code, it may never have been one. */
  const watch = (site: Site) => (context: unknown, info: GraphQLResolveInfo) => {
    if (recall(key, site, context, info) === undefined) return watchBearer(context, null)
    const bearer = watchBearer(context, admission().endFinder(context, info))
    // Only an object is watched.
    if (bearer !== null) admission().keepOpen(context as object, info, bearer.ended)
    return bearer
  }

  function wrapEvent(site: Site, resolve: Resolver): Resolver {
    return (...call) => {
      const [, args, context, info] = call
      const waiting = admission().admitEvent(site, args, context, info)
      return waiting === undefined ? resolve(...call) : waiting.then(() => resolve(...call))
    }
  }

  function wrapField(field: FieldConfig, site: Site, isKept: boolean): FieldConfig {
    const resolve: Wrap = (given) => wrapResolve(given, site)
    sites.push({ site, wrappers: isKept ? { resolve } : null })
    return { ...field, resolve: resolve(field.resolve) }
  }

  function wrapSubscription(field: FieldConfig, site: Site): FieldConfig {
    const resolve: Wrap = (given = defaultFieldResolver) => sayingWhy(wrapEvent(site, given))
    const subscribe: Wrap = (given = defaultFieldResolver) => wrap(site, lasting(given, watch(site)))
    sites.push({ site, wrappers: { resolve, subscribe } })
    return { ...field, resolve: resolve(field.resolve), subscribe: subscribe(field.subscribe) }
  }

  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field: FieldConfig, fieldName, parentName) => {
      const site = siteOf(field, { parentName, fieldName, requirements })
      if (isNothing(site.requirement) && site.inputs.length === 0) return undefined
      const parent = schema.getType(parentName)
      const isLater = isObjectType(parent) && mayBeRefetched(parent, fieldName)
      return wrapField(field, site, isLater || site.requirement.nullify.length > 0)
    },
    [MapperKind.ROOT_FIELD]: (field: FieldConfig, fieldName, parentName) =>
      wrapField(field, siteOf(field, { parentName, fieldName, requirements }), true),
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
