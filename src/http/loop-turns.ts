/** Requests that one turn of the event loop starts. */
const MAX_PER_TURN = 8

/**
 * Starts requests in their order, at most `MAX_PER_TURN` in a turn of the event loop. Node accepts one connection a turn:
 * a turn that served every request of a flood would keep new connections waiting.
 */
export function createLoopTurns() {
  const waiting: (() => void)[] = []
  let started = 0
  let isScheduled = false

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(turn)
  }

  function turn(): void {
    isScheduled = false
    started = 0
    while (started < MAX_PER_TURN) {
      const start = waiting.shift()
      if (start === undefined) break
      started++
      schedule()
      start()
    }
  }

  return (start: () => void): void => {
    schedule()
    if (started === MAX_PER_TURN || waiting.length > 0) {
      waiting.push(start)
      return
    }
    started++
    start()
  }
}
