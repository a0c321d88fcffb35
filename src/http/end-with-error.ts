import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  getOperationAST,
  Kind,
  locatedError,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../guard/operation.js'
import type { RequestView } from './request-view.js'

type Events = AsyncGenerator<ExecutionResult, void, void>

const OVER = { done: true, value: undefined } as const

/**
 * The events of a subscription, the last of which says that its source failed: at the field, as a resolver's error. Left
 * to Yoga, the error of a `fetch` that was given up ends nothing, and the client waits for ever; and what a source throws
 * each time that it is asked is sent without end.
 */
export function endWithError(
  events: Events,
  { document, operationName, contextValue }: ExecutionArgs,
): AsyncIterableIterator<ExecutionResult, void> {
  let isOver = false

  return {
    async next() {
      if (isOver) return OVER
      try {
        return await events.next()
      } catch (error) {
        isOver = true
        // What else the source holds is let go; it has failed, and may do so again.
        events.return().catch(() => {})
        if (isGone(contextValue)) return OVER
        const field = findRootField(document, operationName)
        const path = field && [(field.alias ?? field.name).value]
        return { done: false, value: { errors: [locatedError(error, field, path)] } }
      }
    },
    return: async () => (isOver ? OVER : events.return()),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Whether nobody waits any more: then a source may well have failed for that, and it is nobody's failure. */
function isGone(context: unknown): boolean {
  const { request } = context as { readonly request?: RequestView }
  return request?.signal.aborted === true
}

/** The one field of a subscription, in whatever fragments it is. */
function findRootField(document: DocumentNode, operationName?: string | null): FieldNode | undefined {
  const find = ({ selections: [first] }: SelectionSetNode): FieldNode | undefined => {
    if (first === undefined || first.kind === Kind.FIELD) return first
    if (first.kind === Kind.INLINE_FRAGMENT) return find(first.selectionSet)
    const fragment = fragmentsOf(document)(first.name.value)
    return fragment && find(fragment.selectionSet)
  }
  const operation = getOperationAST(document, operationName)
  return operation ? find(operation.selectionSet) : undefined
}
