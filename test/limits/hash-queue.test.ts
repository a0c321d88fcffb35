import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { createHashQueue } from '../../src/limits/hash-queue.js'

/** Work that begins when it is let, and ends when it is told. */
function createWork() {
  const begun: number[] = []
  const endings: { resolve: (value: number) => void; reject: (error: Error) => void }[] = []
  return {
    begun,
    endings,
    begin: (id: number) => () => {
      begun.push(id)
      return new Promise<number>((resolve, reject) => {
        endings.push({ resolve, reject })
      })
    },
  }
}

/** Until everything that can go on by itself has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the queue of slow work', () => {
  test('runs so many at once, and the others in the order in which they came', async () => {
    const queue = createHashQueue({ maxConcurrent: 2, maxQueued: 10 })
    const work = createWork()
    const results = [1, 2, 3, 4, 5].map((id) => queue(work.begin(id)))
    await settled()
    expect(work.begun).toEqual([1, 2])
    work.endings[1]?.resolve(20)
    await settled()
    expect(work.begun).toEqual([1, 2, 3])
    for (const at of [0, 2, 3, 4]) {
      work.endings[at]?.resolve(at)
      await settled()
    }
    expect(work.begun).toEqual([1, 2, 3, 4, 5])
    expect(await Promise.all(results)).toEqual([0, 20, 2, 3, 4])
  })

  test('refuses what finds it full, at once and in the same turn, and says when to come again', async () => {
    const queue = createHashQueue({ maxConcurrent: 2, maxQueued: 3 })
    const work = createWork()
    const offered = Array.from({ length: 100 }, (_, id) => queue(work.begin(id)))
    const refusals = await Promise.all(offered.slice(5).map((one) => one.catch((error: unknown) => error)))
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(AuthError)
      expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 1 })
    }
    expect(work.begun).toEqual([0, 1])
    for (const at of [0, 1, 2, 3, 4]) {
      work.endings[at]?.resolve(at)
      await settled()
    }
    expect(await Promise.all(offered.slice(0, 5))).toEqual([0, 1, 2, 3, 4])
    const late = queue(work.begin(100))
    await settled()
    work.endings[5]?.resolve(100)
    expect(await late).toBe(100)
  })

  test('without a place to wait, takes what can begin now and nothing else', async () => {
    const queue = createHashQueue({ maxConcurrent: 1, maxQueued: 0 })
    const work = createWork()
    const first = queue(work.begin(1))
    await expect(queue(work.begin(2))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await settled()
    work.endings[0]?.resolve(1)
    expect(await first).toBe(1)
    expect(await queue(async () => 3)).toBe(3)
  })

  test('F27: a full queue refuses before there is work', async () => {
    const queue = createHashQueue({ maxConcurrent: 1, maxQueued: 1 })
    const work = createWork()
    const results = [queue(work.begin(1)), queue(work.begin(2))]
    await settled()
    const late = vi.fn()
    await expect(queue.admit(late)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(late).not.toHaveBeenCalled()
    for (const at of [0, 1]) {
      work.endings[at]?.resolve(at)
      await settled()
    }
    await Promise.all(results)
    expect(await queue.admit(async () => 'fine')).toBe('fine')
  })

  test('F27: work that has not come to its hash yet holds a place', async () => {
    const queue = createHashQueue({ maxConcurrent: 1, maxQueued: 1 })
    const work = createWork()
    const admitted = [queue.admit(work.begin(1)), queue.admit(work.begin(2))]
    const late = vi.fn()
    await expect(queue.admit(late)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(late).not.toHaveBeenCalled()
    work.endings[0]?.resolve(1)
    expect(await admitted[0]).toBe(1)
    expect(await queue.admit(async () => 3)).toBe(3)
    work.endings[1]?.resolve(2)
    await Promise.all(admitted)
  })

  test('work that fails gives its place on, and its error to whoever asked', async () => {
    const queue = createHashQueue({ maxConcurrent: 1, maxQueued: 2 })
    const thrown = queue(() => {
      throw new Error('at once')
    })
    const rejected = queue(() => Promise.reject(new Error('later')))
    const fine = queue(async () => 'fine')
    await expect(thrown).rejects.toThrow('at once')
    await expect(rejected).rejects.toThrow('later')
    expect(await fine).toBe('fine')
  })
})
