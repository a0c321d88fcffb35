import type { OperationDefinitionNode } from 'graphql'
import type { Rule } from './rule.js'

interface OpenStream {
  readonly context: object
  readonly operation: OperationDefinitionNode
  /** The policy rules that held when it started. */
  readonly policies: ReadonlySet<Rule>
  readonly ended: AbortSignal
}

/**
 * The subscriptions that are open, by context and operation. graphql 16 executes each event as an operation of its own:
 * policies and the host's checks would be asked at each, beside the watch of the stream, which asks them once a second.
 */
export class OpenStreams {
  readonly #streams = new WeakMap<object, Set<OpenStream>>()

  /** Until `ended` aborts. */
  add(stream: OpenStream): void {
    const { context, ended } = stream
    if (ended.aborted) return
    const streams = this.#streams.get(context) ?? new Set()
    this.#streams.set(context, streams.add(stream))
    ended.addEventListener('abort', () => streams.delete(stream), { once: true })
  }

  /** Whether such a stream is open, and all of these policies held when it started. */
  isOpen(context: unknown, operation: OperationDefinitionNode, policies?: ReadonlySet<Rule>): boolean {
    const streams = this.#streams.get(context as object)
    if (streams === undefined) return false
    const needed = [...(policies ?? [])]
    return [...streams].some(
      (stream) => stream.operation === operation && needed.every((rule) => stream.policies.has(rule)),
    )
  }
}
