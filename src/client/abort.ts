/** A signal that aborts after `timeoutMs`, unless it is cleared. Not every platform has `AbortSignal.timeout`. */
export function createTimeout(timeoutMs: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const reason = new Error(`The server did not respond within ${timeoutMs / 1000} seconds.`)
    reason.name = 'TimeoutError'
    controller.abort(reason)
  }, timeoutMs)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/**
 * Resolves as `work` does, and rejects with the signal's reason as soon as the signal aborts. `work` goes on, because
 * other callers may wait for it. The signal is undefined on platforms whose `Request` has none.
 */
export function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
