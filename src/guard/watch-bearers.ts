import { isPromise } from '../base/awaitable.js'
import { AuthError, type ErrorCode, isErrorCode } from '../base/errors.js'
import { JUDGE_ANEW, type JudgeAnew } from '../base/judge-anew.js'
import type { GuardConfig } from './options.js'
import { createRounds } from './rounds.js'

/** With the half second in which an instance hears of a revocation, less than one. */
const EVERY_MS = 250
/** Every fourth look judges wholly: once a second. */
const WHOLLY_EVERY = 4

/** Somebody to whom something goes on being told. */
export interface WatchedBearer {
  /** Aborts once the same operation with the same token would be refused; `codeOf` says with which code. */
  readonly ended: AbortSignal
  /** Looks now, and not only at the next round. */
  look(): void
  /** To be called when nothing is told any more; aborts it too, for what still waits. */
  release(): void
}

/** `rejudge` says of the operation what it would be refused with now. Null: there is nobody. */
export type WatchBearer = (context: unknown, rejudge: () => ErrorCode | null) => WatchedBearer | null

interface Context {
  readonly ended?: unknown
  readonly [JUDGE_ANEW]?: JudgeAnew
}

/** Signals that were made here: what one says of a stream is nothing for the next on the same context. */
const OURS = new WeakSet<AbortSignal>()

/**
 * Looks at everybody who has a stream open, by one timer: one for each, at the end of its token, would not hear of a
 * revocation, and Node's fire at once for a token that lives longer than 24 days.
 */
export function createBearerWatch(config: Config): WatchBearer {
  const rounds = createRounds(EVERY_MS)

  function watch(judge: JudgeAnew, hosts: AbortSignal | null): WatchedBearer {
    const controller = new AbortController()
    const look = createLook(judge, (code) => end(new AuthError(code)))
    const lookAtRound = (round: number) => look(round % WHOLLY_EVERY === 0)
    const endWithHost = () => end(hosts?.reason)

    function end(reason?: unknown): void {
      rounds.remove(lookAtRound)
      hosts?.removeEventListener('abort', endWithHost)
      controller.abort(reason)
    }

    rounds.add(lookAtRound)
    hosts?.addEventListener('abort', endWithHost, { once: true })
    if (hosts?.aborted) endWithHost()
    OURS.add(controller.signal)
    return { ended: controller.signal, look: () => look(false), release: () => end() }
  }

  return (context, rejudge) => {
    if (typeof context !== 'object' || context === null) return null
    const { ended, [JUDGE_ANEW]: judgeAnew } = context as Context
    const hosts = ended instanceof AbortSignal && !OURS.has(ended) ? ended : null
    const judge = judgeAnew ?? judgeByExpiry(config, context)
    if (judge === null && hosts === null) return null
    const bearer = watch(judge === null ? () => null : both(judge, rejudge), hosts)
    // For the host's source. Where the context cannot be written to, the stream ends all the same.
    Reflect.set(context, 'ended', bearer.ended)
    return bearer
  }
}

/** The code by which a signal says that a token is over. A host's may have none: whoever refreshes will hear why. */
export function codeOf({ reason }: AbortSignal): ErrorCode {
  const { code } = Object(reason) as { readonly code?: unknown }
  return isErrorCode(code) ? code : 'TOKEN_EXPIRED'
}

/** A look that judges, and refuses what is over. Only one at a time waits for an answer. */
function createLook(judge: JudgeAnew, refuse: (code: ErrorCode) => void): (wholly: boolean) => void {
  let isAsking = false
  const heed = (code: ErrorCode | null) => {
    if (code !== null) refuse(code)
  }
  return (wholly) => {
    const found = judge(wholly && !isAsking)
    if (!isPromise(found)) {
      heed(found)
      return
    }
    isAsking = true
    found
      .then(heed, () => refuse('UNAVAILABLE'))
      .finally(() => {
        isAsking = false
      })
  }
}

function both(judge: JudgeAnew, rejudge: () => ErrorCode | null): JudgeAnew {
  // Called by somebody's own code, in the middle of something else, an operation may never have been one.
  if (rejudge() !== null) return judge
  return (wholly) => {
    const found = judge(wholly)
    return isPromise(found) ? found.then((code) => code ?? rejudge()) : (found ?? rejudge())
  }
}

type Config = Pick<GuardConfig, 'takeViewer' | 'readTime'>

/** By the claims alone: all that is known of a token that the host verified by itself. Null: there is nobody. */
function judgeByExpiry({ takeViewer, readTime }: Config, context: object): JudgeAnew | null {
  try {
    const { kind, claims } = takeViewer(context)
    if (kind !== 'active') return null
    const { exp } = claims
    return () => (typeof exp === 'number' && readTime().nowSeconds >= exp ? 'TOKEN_EXPIRED' : null)
  } catch {
    // For whom the operation asks nothing of; where it does, that is judged too.
    return () => null
  }
}
