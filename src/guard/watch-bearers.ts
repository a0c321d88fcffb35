import { isPromise } from '../base/awaitable.js'
import { AuthError, type ErrorCode, isErrorCode } from '../base/errors.js'
import { JUDGE_ANEW, type JudgeAnew } from '../base/judge-anew.js'
import { createRounds } from '../base/rounds.js'
import { findEnd } from './bearer-end.js'
import type { GuardConfig } from './options.js'

/** With the half second in which an instance hears of a revocation, less than one. */
const EVERY_MS = 250
/** Every fourth look judges wholly: once a second. */
const WHOLLY_EVERY = 4
/** A host's check that does not answer is asked again at every fifth of those. */
const AGAIN_EVERY = 5

/** Somebody to whom something goes on being told. */
export interface WatchedBearer {
  /** Aborts once the same operation with the same token would be refused; `codeOf` says with which code. */
  readonly ended: AbortSignal
  /** Looks now, and not only at the next round. */
  look(): void
  /** To be called when nothing is told any more; aborts it too, for what still waits. */
  release(): void
}

/**
 * `rejudge` says of an operation that was admitted what it would be refused with now. Null: nobody presented a token, and
 * nobody would say that they are gone.
 */
export type WatchBearer = (context: unknown, rejudge: JudgeAnew | null) => WatchedBearer | null

type Config = Pick<GuardConfig, 'takeViewer' | 'readTime'>

interface Context {
  readonly ended?: unknown
  readonly request?: unknown
  readonly [JUDGE_ANEW]?: JudgeAnew
}

/** The signals that were made here, of which the next stream on a context has another; and the host's that each took the place of. */
const OURS = new WeakMap<AbortSignal, AbortSignal | null>()

/**
 * Looks at everybody who has a stream open, by one timer: one for each, at the end of its token, would not hear of a
 * revocation, and Node's fire at once for a token that lives longer than 24 days.
 */
export function createBearerWatch(config: Config): WatchBearer {
  const rounds = createRounds(EVERY_MS)
  let count = 0

  function watch(judge: JudgeAnew | null, signals: readonly AbortSignal[]): WatchedBearer {
    const controller = new AbortController()
    const look = judge === null ? () => {} : createLook(judge, (code) => end(new AuthError(code)))
    // Not everybody in the same round: that would hold up whatever else there is to do.
    const offset = count++
    const lookAtRound = (round: number) => look((round + offset) % WHOLLY_EVERY === 0)

    function end(reason?: unknown): void {
      rounds.remove(lookAtRound)
      for (const signal of signals) signal.removeEventListener('abort', endBySignal)
      controller.abort(reason)
    }
    function endBySignal(this: AbortSignal): void {
      end(this.reason)
    }

    if (judge !== null) rounds.add(lookAtRound)
    for (const signal of signals) {
      signal.addEventListener('abort', endBySignal, { once: true })
      if (signal.aborted) end(signal.reason)
    }
    return { ended: controller.signal, look: () => look(false), release: () => end() }
  }

  return (context, rejudge) => {
    if (typeof context !== 'object' || context === null) return null
    const { ended, request, [JUDGE_ANEW]: judgeAnew } = context as Context
    const hosts = ended instanceof AbortSignal ? (OURS.has(ended) ? OURS.get(ended) : ended) : null
    const signals = [hosts, signalOf(request)].filter((signal) => signal instanceof AbortSignal)
    const judge = judgeAnew ?? judgeByExpiry(config, context)
    if (judge === null && signals.length === 0) return null
    const bearer = watch(judge && both(judge, rejudge), signals)
    OURS.set(bearer.ended, hosts ?? null)
    tell(context, bearer.ended)
    return bearer
  }
}

/** Of a Fetch request: aborts when whoever asked is gone. */
function signalOf(request: unknown): unknown {
  return (request as { readonly signal?: unknown } | null | undefined)?.signal
}

/** For the host's source. Where the context cannot be written to, the stream ends all the same. */
function tell(context: object, ended: AbortSignal): void {
  try {
    Reflect.set(context, 'ended', ended)
  } catch {
    // It has a setter of its own.
  }
}

/** The code by which a signal says that a token is over. A host's may have none: whoever refreshes will hear why. */
export function codeOf({ reason }: AbortSignal): ErrorCode {
  const { code } = Object(reason) as { readonly code?: unknown }
  return isErrorCode(code) ? code : 'TOKEN_EXPIRED'
}

/** A look that judges, and refuses what is over. Of those that judge wholly one waits for an answer at a time. */
function createLook(judge: JudgeAnew, refuse: (code: ErrorCode) => void): (wholly: boolean) => void {
  let isAsking = false
  let passedOver = 0

  function mayAsk(): boolean {
    return !isAsking || ++passedOver % AGAIN_EVERY === 0
  }

  function heed(code: ErrorCode | null): void {
    if (code !== null) refuse(code)
  }

  async function wait(found: Promise<ErrorCode | null>): Promise<void> {
    isAsking = true
    try {
      heed(await found)
    } catch {
      refuse('UNAVAILABLE')
    }
    isAsking = false
  }

  return (wholly) => {
    try {
      const found = judge(wholly && mayAsk() ? 'wholly' : 'now')
      if (isPromise(found)) wait(found)
      else heed(found)
    } catch {
      refuse('UNAVAILABLE')
    }
  }
}

function both(judge: JudgeAnew, rejudge: JudgeAnew | null): JudgeAnew {
  if (rejudge === null) return judge
  return (depth) => {
    const found = judge(depth)
    return isPromise(found) ? found.then((code) => code ?? rejudge(depth)) : (found ?? rejudge(depth))
  }
}

/** By the claims alone: all that is known of a token that the host verified by itself. Null: there is nobody. */
function judgeByExpiry({ takeViewer, readTime }: Config, context: object): JudgeAnew | null {
  try {
    const viewer = takeViewer(context)
    if (viewer.kind === 'anonymous') return null
    return () => findEnd(context, viewer, readTime().nowSeconds)
  } catch {
    // For whom the operation asks nothing of; where it does, that is judged too.
    return () => null
  }
}
