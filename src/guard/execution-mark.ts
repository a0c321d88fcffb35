/** Where an execution is kept on its context, of which every request makes a new one. Plugins that copy a context copy it too. */
const EXECUTION = Symbol('execution')
/** The executions of contexts that cannot be written to, frozen ones for example. */
const UNWRITABLE = new WeakMap<object, Begun>()

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
  /** Whether the server built the context for it by now. */
  isContextBuilt: boolean
}

interface Marked {
  [EXECUTION]?: Begun
}

/** Looks out for what the guarded schema runs with this context. */
export function beginExecution(context: object, asked: Asked | null = null): Begun {
  const begun: Begun = { ran: false, asked, isContextBuilt: false }
  if (write(context, begun)) UNWRITABLE.delete(context)
  else UNWRITABLE.set(context, begun)
  return begun
}

function write(context: object, begun: Begun): boolean {
  try {
    return Reflect.set(context, EXECUTION, begun)
  } catch {
    // A proxy may throw.
    return false
  }
}

/** Undefined where nothing was begun. */
export function findBegun(context: object): Begun | undefined {
  return UNWRITABLE.get(context) ?? (context as Marked)[EXECUTION]
}

/** The guarded schema is about to run something. */
export function noteRun(context: unknown): void {
  const begun = context == null ? undefined : findBegun(context)
  if (begun !== undefined) begun.ran = true
}
