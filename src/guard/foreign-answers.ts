import { OptionError } from '../base/errors.js'
import { ALLOWED, executionOf, type Request, type Ruling, refuse } from './adapter.js'
import type { Pending, Verdict } from './decide.js'
import type { Execution, Judge } from './judge.js'

/** What becomes of an answer to something guarded that the schema's own resolvers did not give for this very request. */
export type ForeignAnswers = 'refuse' | 'judge'

/** Throws `OptionError`. */
export function readForeignAnswers(value: ForeignAnswers = 'refuse'): ForeignAnswers {
  if (value === 'refuse' || value === 'judge') return value
  throw new OptionError('foreignAnswers', "must be 'refuse' or 'judge'")
}

/** Whether an answer can hold anything of the data: a refusal by another plugin does not. */
export function mayHoldData(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false
  const { data, errors } = answer as { readonly data?: unknown; readonly errors?: unknown }
  return Symbol.asyncIterator in answer || data != null || !Array.isArray(errors)
}

interface Foreign {
  /** Null where the schema cannot be judged. */
  readonly judge: Judge | null
  readonly request: Request
  readonly foreignAnswers: ForeignAnswers
}

/** Judges who gets an answer that was not executed for them. Rejects, for the log, where it may be somebody else's. */
export async function ruleOnForeignAnswer(foreign: Foreign): Promise<Ruling> {
  const guarded = findGuarded(foreign)
  if (guarded.kind !== 'guarded') return guarded
  return settle(await guarded.judge.judge(guarded.execution), guarded.execution, foreign)
}

/** The same of a stream, which nobody holds back until policies were asked: one that asks them is refused. */
export function ruleOnForeignStream(foreign: Foreign): Ruling {
  const guarded = findGuarded(foreign)
  if (guarded.kind !== 'guarded') return guarded
  return settle(guarded.judge.prejudge(guarded.execution), guarded.execution, foreign)
}

interface Guarded {
  readonly kind: 'guarded'
  readonly judge: Judge
  readonly execution: Execution
}

function findGuarded({ judge, request }: Foreign): Guarded | Ruling {
  const execution = executionOf(request)
  if (judge === null || typeof execution === 'string') return refuse('INTERNAL_SERVER_ERROR')
  return judge.isDemanding(execution) ? { kind: 'guarded', judge, execution } : ALLOWED
}

function settle(verdict: Verdict | Pending, { operation }: Execution, { foreignAnswers }: Foreign): Ruling {
  if (verdict.kind === 'refused') return verdict
  if (foreignAnswers === 'judge' && verdict.kind === 'allowed' && verdict.denials.size === 0) return ALLOWED
  const name =
    operation.name === undefined ? 'An operation without a name' : `The operation ${operation.name.value}`
  throw new Error(
    `${name} asks for something guarded, and its answer was not executed for this request: it is a response cache's, ` +
      "or another executor's, and may be somebody else's. Leave guarded operations out of the cache; or, if its key has " +
      "the session, say foreignAnswers: 'judge', and the guard judges who gets its answers",
  )
}
