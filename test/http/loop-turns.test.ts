import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLoopTurns } from '../../src/http/loop-turns.js'

test('F27: a turn of the event loop starts eight requests, and the others wait in their order', async () => {
  const startInTurn = createLoopTurns()
  const started: number[] = []
  const arrive = (count: number, from: number) => {
    for (let at = from; at < from + count; at++) startInTurn(() => void started.push(at))
  }
  arrive(20, 0)
  expect(started).toHaveLength(8)
  await nextTurn()
  expect(started).toHaveLength(16)
  // One that arrives while others wait is behind them.
  arrive(1, 20)
  expect(started).toHaveLength(16)
  await nextTurn()
  expect(started).toEqual(Array.from({ length: 21 }, (_, at) => at))

  await nextTurn()
  arrive(1, 21)
  expect(started.at(-1)).toBe(21)
})
