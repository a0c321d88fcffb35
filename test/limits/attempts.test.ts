import { describe, expect, test } from 'vitest'
import type { Counters } from '../../src/base/counters.js'
import { AuthError } from '../../src/base/errors.js'
import { createAttempts } from '../../src/limits/attempts.js'
import { createHashQueue } from '../../src/limits/hash-queue.js'
import { createMemoryCounters } from '../../src/limits/memory-counters.js'
import { createTestClock } from '../support/test-clock.js'

const WINDOW = 900

function openAttempts(counters: Counters, { maxQueued = 100 } = {}) {
  const clock = createTestClock()
  const attempts = createAttempts({
    config: {
      loginAttempts: 3,
      loginAttemptsPerSource: 50,
      signupsPerSource: 5,
      refreshFailuresPerSource: 5,
      attemptWindowSeconds: WINDOW,
    },
    counters,
    known: counters,
    local: createMemoryCounters(),
    clock,
    disguise: (name) => name,
    createQueue: () => createHashQueue({ maxConcurrent: 2, maxQueued }),
  })
  return { attempts, clock }
}

const fails = (...broken: (keyof Counters)[]): Counters => {
  const breaks = async () => {
    throw new Error('the database failed')
  }
  const faults = Object.fromEntries(broken.map((name) => [name, breaks]))
  return { ...createMemoryCounters(), ...faults }
}

const ada = { account: 'ada', ip: '192.0.2.1' }
const wrong = async () => {
  throw new AuthError('INVALID_CREDENTIALS')
}

describe('when the database cannot count', () => {
  test.each<keyof Counters>(['addToCounter', 'findCounter'])('%s: nothing is tried', async (name) => {
    const { attempts } = openAttempts(fails(name))
    let tried = 0
    await expect(attempts.prove(ada, async () => ++tried)).rejects.toThrow('the database failed')
    expect(tried).toBe(0)
  })

  test('what was done stands, though it cannot be given back or remembered', async () => {
    const { attempts } = openAttempts(fails('takeFromCounter', 'setCounter'))
    expect(await attempts.prove(ada, async () => 'done')).toBe('done')
  })
})

describe('what is given back', () => {
  test('is what failed for another reason than the password', async () => {
    const { attempts } = openAttempts(createMemoryCounters())
    for (let round = 0; round < 10; round++) {
      const busy = attempts.prove(ada, () => Promise.reject(new AuthError('RATE_LIMITED')))
      await expect(busy).rejects.toMatchObject({ code: 'RATE_LIMITED' })
      await expect(attempts.prove(ada, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    }
    expect(await attempts.prove(ada, async () => 'done')).toBe('done')
  })

  test('does not open what was blocked meanwhile, nor count for a later window', async () => {
    const { attempts, clock } = openAttempts(createMemoryCounters())
    const stranger = { account: 'ada', ip: '203.0.113.1' }
    let finish = () => {}
    const slow = attempts.prove(stranger, () => new Promise<void>((resolve) => (finish = resolve)))
    for (let at = 0; at < 2; at++)
      await expect(attempts.prove({ ...stranger, ip: null }, wrong)).rejects.toThrow()
    await expect(attempts.prove({ ...stranger, ip: null }, wrong)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    finish()
    await slow
    await expect(attempts.prove({ ...stranger, ip: null }, wrong)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    clock.advance(WINDOW)
    for (let at = 0; at < 3; at++) {
      await expect(attempts.prove({ ...stranger, ip: null }, wrong)).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      })
    }
    await expect(attempts.prove({ ...stranger, ip: null }, wrong)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })
})

test('counters in memory are bounded, whatever names come', async () => {
  const counters = createMemoryCounters(10)
  const [now, later] = [new Date(0), new Date(60_000)]
  const add = (key: string) => counters.addToCounter({ key, points: 1, now, expiresAt: later, latest: later })
  for (let at = 0; at < 1_000; at++) await add(`name-${at}`)
  expect(await counters.findCounter('name-0')).toBeNull()
  expect(await add('name-999')).toMatchObject({ points: 2 })
})
