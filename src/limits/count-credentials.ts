import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { AuthError } from '../base/errors.js'
import { fragmentsByName } from './fragments-by-name.js'

/** The mutations that take a password or a token, each of which can be guessed. */
export const CREDENTIAL_FIELDS: readonly string[] = [
  'signup',
  'login',
  'refresh',
  'reauthenticate',
  'changePassword',
]
const FIELDS: ReadonlySet<string> = new Set(CREDENTIAL_FIELDS)

/** Counts the credentials in a mutation, by response name, in fragments too. `@skip` and `@include` are ignored. */
export function countCredentials(
  operation: OperationDefinitionNode,
  findFragment: (name: string) => Pick<FragmentDefinitionNode, 'selectionSet'> | undefined,
): number {
  const names = new Set<string>()
  const spread = new Set<string>()
  const take = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) take(selection.selectionSet)
      else if (selection.kind === Kind.FIELD) {
        if (FIELDS.has(selection.name.value)) names.add((selection.alias ?? selection.name).value)
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = findFragment(selection.name.value)
        if (fragment !== undefined) take(fragment.selectionSet)
      }
    }
  }
  take(operation.selectionSet)
  return names.size
}

/** The same for an operation of a document. */
export function countCredentialsIn(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = fragmentsByName(document)
  return countCredentials(operation, (name) => {
    const selectionSet = fragments.get(name)
    return selectionSet && { selectionSet }
  })
}

/** The error for an operation with more than one. */
export function tooManyCredentials(count: number): AuthError {
  const message = `An operation may have one of ${CREDENTIAL_FIELDS.join(', ')}, not ${count}.`
  return new AuthError('INVALID_REQUEST', { message })
}
