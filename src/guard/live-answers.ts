import { executionOf, type Request } from './adapter.js'
import { ALLOWED } from './decide.js'
import type { Begun } from './execution-mark.js'
import { mayHoldData } from './foreign-answers.js'
import type { Judge } from './judge.js'
import { refusalErrors } from './refusal.js'
import { untilEnded } from './until-ended.js'
import type { WatchBearer } from './watch-bearers.js'

interface Live {
  readonly request: Request
  readonly judge: Judge
  readonly watchBearer: WatchBearer
  readonly begun: Begun
}

/**
 * What a live query gives (`@live`): its executor runs the operation again whenever data changes, and each time the schema
 * judges it. Returns the results until the same request would be refused; or only the first one where that is a refusal, or
 * was not executed by the guarded schema. The executor runs the operation after it has returned, so only the first result
 * shows which it is.
 */
export async function startLive(results: AsyncIterable<unknown>, live: Live): Promise<unknown> {
  const execution = executionOf(live.request)
  if (typeof execution === 'string' || !live.judge.isDemanding(execution)) return results
  const source = results[Symbol.asyncIterator]()
  const first = await source.next()
  const rest = { [Symbol.asyncIterator]: () => resume(first, source) }
  // Whose answer it is, the caller looks at.
  if (!live.begun.ran) return rest
  // The executor runs a schema of its own, made of the guarded one, in whose errors no refusal of the whole shows.
  const verdict = hasErrors(first.value) ? await live.judge.judge(execution) : ALLOWED
  if (verdict.kind === 'refused') {
    await source.return?.()
    return { errors: refusalErrors(verdict.refusal, { http: true }) }
  }
  const bearer = live.watchBearer(execution.context, live.judge.endFinder(execution))
  if (bearer === null) return rest
  return untilEnded<unknown>(rest, bearer, (code) => ({
    errors: refusalErrors({ code, maxAge: null, mentions: [] }, { http: false }),
  }))
}

function hasErrors(result: unknown): boolean {
  return (result as { readonly errors?: unknown } | null | undefined)?.errors !== undefined
}

/** The source, with its first result once more. */
function resume(
  first: IteratorResult<unknown>,
  source: AsyncIterator<unknown>,
): AsyncIterableIterator<unknown> {
  let isFirst = true
  return {
    async next() {
      if (!isFirst) return source.next()
      isFirst = false
      return first
    },
    async return() {
      await source.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Whether an answer is a stream of results, of which nothing ran yet. */
export function mayBeLive(result: unknown, begun: Begun): result is AsyncIterable<unknown> {
  return !begun.ran && mayHoldData(result) && Symbol.asyncIterator in (result as object)
}
