/** Where an execution is kept on its context, of which every request makes a new one. */
const EXECUTION = Symbol('execution')

/** An execution that a server has begun. */
export interface Begun {
  /** Whether the guarded schema ran anything in it: then its answer is nobody else's. */
  ran: boolean
}

interface Marked {
  [EXECUTION]?: Begun
}

/** Looks out for what the guarded schema runs with this context. */
export function beginExecution(context: object): Begun {
  const begun: Begun = { ran: false }
  ;(context as Marked)[EXECUTION] = begun
  return begun
}

/** The guarded schema is about to run something. */
export function noteRun(context: unknown): void {
  const begun = (context as Marked | null | undefined)?.[EXECUTION]
  if (begun !== undefined) begun.ran = true
}

/** Undefined where nothing was begun. */
export function findBegun(context: object): Begun | undefined {
  return (context as Marked)[EXECUTION]
}
