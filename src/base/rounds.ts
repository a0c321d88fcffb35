/** Calls each of many functions again and again, by one timer that runs only while there are any. */
export interface Rounds {
  /** Calls it with the number of the round, from the next on. */
  add(look: (round: number) => void): void
  remove(look: (round: number) => void): void
}

export function createRounds(everyMs: number): Rounds {
  const looks = new Set<(round: number) => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  let round = 0

  function lookAtAll(): void {
    round++
    for (const look of looks) look(round)
  }

  return {
    add(look) {
      looks.add(look)
      if (timer !== undefined) return
      timer = setInterval(lookAtAll, everyMs)
      // A number where there is no Node: it keeps no process from ending.
      if (typeof timer === 'object') timer.unref()
    },
    remove(look) {
      looks.delete(look)
      if (looks.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}
