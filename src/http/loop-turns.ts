/** Requests that one turn of the event loop starts. */
const MAX_PER_TURN = 8

/**
 * Starts requests in their order, at most `MAX_PER_TURN` in a turn of the event loop. Node accepts one connection a turn:
 * a turn that served every request of a flood would keep new connections waiting.
 */
export function createLoopTurns() {
  const waiting: (() => void)[] = []
  let started = 0

  function run(start: () => void): void {
    if (started === 0) setImmediate(nextTurn)
    started++
    start()
  }

  function nextTurn(): void {
    started = 0
    while (started < MAX_PER_TURN) {
      const start = waiting.shift()
      if (start === undefined) return
      run(start)
    }
  }

  return (start: () => void): void => {
    if (started < MAX_PER_TURN && waiting.length === 0) run(start)
    else waiting.push(start)
  }
}
