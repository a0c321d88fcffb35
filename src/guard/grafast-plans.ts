import type { GraphQLSchema } from 'graphql'
import { bearersOf } from './annotations.js'

/** A schema of PostGraphile has thousands of plans. */
const MAX_NAMED = 10

/**
 * Finds plans of Grafast (`extensions.grafast` of a type, field, argument, input field or enum value). Grafast runs them
 * when it plans the operation, and executes their steps beside the resolvers that it emulates. So they run before any
 * resolver could refuse. The schema's own `extensions.grafast` has no plan: Grafast keeps its caches there.
 */
export function findPlanProblems(schema: GraphQLSchema): string[] {
  const planned = [...bearersOf(schema)]
    .filter(([, , bearer]) => bearer !== schema && hasPlan(bearer.extensions.grafast))
    .map(([coordinate]) => coordinate)
  if (planned.length === 0) return []
  const more = planned.length - MAX_NAMED
  const named = planned.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return [
    `${named}: has a plan in extensions.grafast, which Grafast runs before the guard could refuse; ` +
      'resolve it by a resolver, or guard a schema that sends its operations to this one',
  ]
}

function hasPlan(extension: unknown): boolean {
  if (typeof extension !== 'object' || extension === null) return extension != null
  return Reflect.ownKeys(extension).length > 0
}
