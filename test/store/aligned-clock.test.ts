import { expect, onTestFinished, test, vi } from 'vitest'
import type { Logger } from '../../src/base/logger.js'
import { createAlignedClock, fixedClock } from '../../src/store/aligned-clock.js'

/** A machine and a database, each with a clock that is pushed, and so many milliseconds of way between them. */
function createMachines(wayMs: number) {
  let elapsed = 0
  let ours = Date.parse('2026-11-26T12:00:00Z')
  let theirs = ours
  let isDown = false
  const pass = (ms: number) => {
    elapsed += ms
    ours += ms
    theirs += ms
  }
  return {
    clock: { now: () => ours, elapsed: () => elapsed },
    store: {
      async now() {
        if (isDown) throw new Error('down')
        pass(wayMs)
        const seen = new Date(theirs)
        pass(wayMs)
        return seen
      },
    },
    setOurs(byMs: number) {
      ours += byMs
    },
    setBoth(byMs: number) {
      ours += byMs
      theirs += byMs
    },
    setDown(down: boolean) {
      isDown = down
    },
    theirs: () => theirs,
  }
}

async function startAligned(wayMs: number, wrongByMs: number) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const machines = createMachines(wayMs)
  machines.setOurs(wrongByMs)
  const warnings: object[] = []
  const logger: Logger = { debug() {}, info() {}, warn: (fields) => void warnings.push(fields), error() {} }
  const aligned = createAlignedClock({ ...machines, logger })
  await aligned.start()
  onTestFinished(() => aligned.stop())
  return { machines, aligned, warnings, differs: () => aligned.clock.now() - machines.theirs() }
}

test.each([40_000, -40_000, 86_400_000])(
  'a clock that is wrong by %i ms is right, and the log says so',
  async (by) => {
    const { differs, warnings } = await startAligned(30, by)
    expect(differs()).toBe(0)
    expect(warnings).toEqual([{ offsetMs: -by }])
  },
)

test('what the way there and back explains is no difference', async () => {
  const { differs, warnings } = await startAligned(400, 300)
  expect(differs()).toBe(300)
  expect(warnings).toEqual([])
})

test('a clock that is set while the server runs is right again seconds later', async () => {
  const { machines, differs } = await startAligned(5, 0)
  machines.setOurs(40_000)
  expect(differs()).toBe(40_000)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(differs()).toBe(0)
})

test('while the database is away, the difference last seen holds', async () => {
  const { machines, differs } = await startAligned(5, 40_000)
  machines.setDown(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(differs()).toBe(0)
})

test('F7: the log says once that the database’s clock went back, and by how much', async () => {
  const { machines, warnings } = await startAligned(5, 0)
  machines.setBoth(-3_000)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(warnings).toEqual([{ backMs: 3_000 }])
  machines.setBoth(60_000)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(warnings).toHaveLength(1)
})

test('F7: so it does for a clock that a host gives, which may stand still', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let now = 1_800_000_000_000
  const warnings: object[] = []
  const logger: Logger = { debug() {}, info() {}, warn: (fields) => void warnings.push(fields), error() {} }
  const fixed = fixedClock({ now: () => now, elapsed: () => performance.now() }, logger)
  await fixed.start()
  onTestFinished(() => fixed.stop())
  await vi.advanceTimersByTimeAsync(20_000)
  expect(warnings).toEqual([])
  now -= 3_600_000
  await vi.advanceTimersByTimeAsync(20_000)
  expect(warnings).toEqual([{ backMs: 3_600_000 }])
})
