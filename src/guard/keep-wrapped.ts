import type { GraphQLField, GraphQLFieldResolver } from 'graphql'

export type Resolver = GraphQLFieldResolver<unknown, unknown>

/** Guards a resolver; undefined stands for graphql's default. */
export type Wrap = (given: Resolver | undefined) => Resolver

export interface Wrappers {
  readonly resolve: Wrap
  /** Of a subscription's root field. */
  readonly subscribe?: Wrap
}

/**
 * Tracers, caches, validators and loaders put functions of their own into the fields of a schema that is in use. Each one
 * is guarded as it is set, whether it calls the guarded resolver or not. Otherwise a loader would bypass the guard, and a
 * check that finds the replacement would refuse everybody for a tracer.
 */
export function keepWrapped(field: GraphQLField<unknown, unknown>, wrappers: Wrappers): void {
  for (const [name, wrap] of Object.entries(wrappers)) keepFunction(field, name as keyof Wrappers, wrap)
}

function keepFunction(field: GraphQLField<unknown, unknown>, name: keyof Wrappers, wrap: Wrap): void {
  let guarded = field[name]
  Object.defineProperty(field, name, {
    enumerable: true,
    // A property that could be defined anew could lose the guard.
    configurable: false,
    get: () => guarded,
    set(given: Resolver | undefined) {
      if (given !== guarded) guarded = wrap(given)
    },
  })
}
