import type { GraphQLError } from 'graphql'

/** A document with errors of syntax or validation. `errors` are as they are shown. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument'
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super('The document is not valid.')
    this.errors = errors
  }
}

/** The one that graphql-ws made an error of: as its `cause` from GraphQL.js 17 on. */
export function findInvalidDocument(error: unknown): InvalidDocument | undefined {
  const { originalError, cause } = error as Partial<GraphQLError>
  return [originalError, cause].find((inner) => inner instanceof InvalidDocument)
}
