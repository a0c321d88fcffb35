/** A signal that gives up after so long, unless it is cleared. Not every platform has `AbortSignal.timeout`. */
export function createTimeout(patienceMs: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const reason = new Error(`The server did not answer within ${patienceMs / 1000} seconds.`)
    reason.name = 'TimeoutError'
    controller.abort(reason)
  }, patienceMs)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/**
 * What comes, unless whoever waits for it gives up: then their reason is thrown, and the work goes on for others. Not every
 * platform gives each request a signal.
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
