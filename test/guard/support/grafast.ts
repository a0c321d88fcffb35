import { createRequire } from 'node:module'
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql'

/** What the tests use of Grafast. Its own declarations change graphql's types for the whole program. */
interface Grafast {
  execute(args: {
    schema: GraphQLSchema
    document: DocumentNode
    contextValue?: object
  }): Promise<ExecutionResult>
  makeGrafastSchema(definition: {
    typeDefs: string
    objects: Record<string, { plans: Record<string, () => unknown> }>
  }): GraphQLSchema
  constant(value: unknown): unknown
  lambda(input: null, run: () => unknown): unknown
  sideEffect(input: null, run: () => unknown): unknown
}

export const { execute, makeGrafastSchema, constant, lambda, sideEffect }: Grafast = createRequire(
  import.meta.url,
)('grafast')
