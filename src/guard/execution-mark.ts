/** Where an execution is kept on its context, of which every request makes a new one. */
const EXECUTION = Symbol('execution')

/** What a client asked for, as Yoga takes it from the request. */
export interface Asked {
  readonly query?: string | null | undefined
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** An execution that a server has begun. */
export interface Begun {
  /** Whether the guarded schema ran anything in it: then its answer is nobody else's. */
  ran: boolean
  /** Null where nobody but the executor is told. */
  readonly asked: Asked | null
}

interface Marked {
  [EXECUTION]?: Begun
}

/** Looks out for what the guarded schema runs with this context. */
export function beginExecution(context: object, asked: Asked | null = null): Begun {
  const begun: Begun = { ran: false, asked }
  ;(context as Marked)[EXECUTION] = begun
  return begun
}

/** Undefined where nothing was begun. */
export function findBegun(context: object): Begun | undefined {
  return (context as Marked)[EXECUTION]
}

/** The guarded schema is about to run something. */
export function noteRun(context: unknown): void {
  const begun = (context as Marked | null | undefined)?.[EXECUTION]
  if (begun !== undefined) begun.ran = true
}
