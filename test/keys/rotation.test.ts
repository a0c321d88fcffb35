import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKeyStore } from '../../src/keys/key-store.js'
import { makeKeyFolder } from '../support/key-folder.js'
import { createTestClock } from '../support/test-clock.js'

const DAY = 86_400
const rules = { reloadSeconds: 10, longestTokenSeconds: 30 * DAY, leewaySeconds: 0, everySeconds: 0 }
/** Reload interval + the key set's max-age + 60 s. */
const DELAY = 10 + 300 + 60

async function open() {
  const folder = await makeKeyFolder()
  const clock = createTestClock()
  const store = createKeyStore({ folder, clock })
  const first = await store.add({
    algorithm: 'HS256',
    material: null,
    activeFrom: clock.now(),
    formerRetiredAt: null,
  })
  const states = async () =>
    (await store.schedule()).keys.map(({ algorithm, state }) => `${algorithm} ${state}`)
  return { folder, clock, store, first, states }
}

describe('P06 a rotation', () => {
  test('publishes, activates, retires, and removes when no token can live', async () => {
    const { folder, clock, store, states } = await open()
    expect((await store.rotate({ ...rules, algorithm: 'ES256' })).plan.kind).toBe('rotate')
    expect(await states()).toEqual(['HS256 signing', 'ES256 upcoming'])
    clock.advance(DELAY - 1)
    expect(await states()).toEqual(['HS256 signing', 'ES256 upcoming'])
    clock.advance(1)
    expect(await states()).toEqual(['HS256 verifying', 'ES256 signing'])
    // The last token of the former key was signed just now, perhaps by a clock that is behind.
    clock.advance(30 * DAY + 59)
    expect(await states()).toEqual(['HS256 verifying', 'ES256 signing'])
    clock.advance(1)
    expect(await states()).toEqual(['HS256 retired', 'ES256 signing'])
    const { plan, removed } = await store.rotate({ ...rules, everySeconds: 90 * DAY })
    expect([plan.kind, removed.map(({ algorithm }) => algorithm)]).toEqual(['early', ['HS256']])
    expect(await readdir(folder)).toEqual(['0002.json'])
  })

  test('does nothing while the next key does not sign yet, nor before the present one is due', async () => {
    const { clock, store } = await open()
    expect((await store.rotate({ ...rules, everySeconds: 10 * DAY })).plan.kind).toBe('early')
    clock.advance(10 * DAY)
    expect((await store.rotate({ ...rules, everySeconds: 10 * DAY })).plan.kind).toBe('rotate')
    expect((await store.rotate({ ...rules, everySeconds: 10 * DAY })).plan.kind).toBe('underWay')
    clock.advance(DELAY)
    expect((await store.rotate({ ...rules, everySeconds: 10 * DAY })).plan.kind).toBe('early')
    expect((await store.rotate(rules)).plan.kind).toBe('rotate')
  })

  test('by many at once makes one key', async () => {
    const { folder, store } = await open()
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.rotate(rules)))
    expect(outcomes.filter(({ made }) => made !== null)).toHaveLength(1)
    expect((await readdir(folder)).sort()).toEqual(['0001.json', '0002.json'])
  })

  test('retires nothing where tokens never expire', async () => {
    const { clock, store, states } = await open()
    await store.rotate({ ...rules, longestTokenSeconds: null })
    clock.advance(10 * 365 * DAY)
    expect(await states()).toEqual(['HS256 verifying', 'HS256 signing'])
  })

  test('is undone with the key that it made: the former signs on, and is not retired', async () => {
    const { clock, store, first } = await open()
    const { made } = await store.rotate({ ...rules, algorithm: 'RS256' })
    clock.advance(DELAY)
    const removal = await store.remove(made?.kid ?? '')
    expect(removal).toMatchObject({ signing: { kid: first.kid }, isNew: false })
    clock.advance(40 * DAY)
    expect((await store.schedule()).keys).toMatchObject([
      { kid: first.kid, state: 'signing', retiresAt: null },
    ])
  })

  test('the only key is not removed before another signs', async () => {
    const { folder, store, first } = await open()
    const removal = await store.remove(first.kid)
    expect(removal).toMatchObject({ removed: { kid: first.kid }, isNew: true })
    expect(await readdir(folder)).toEqual(['0002.json'])
    expect(await store.remove(first.kid)).toBeNull()
    expect(await store.remove('../0002.json')).toBeNull()
  })

  test('a folder without a key cannot be rotated', async () => {
    const { folder, store } = await open()
    await rm(join(folder, '0001.json'))
    expect((await store.rotate(rules)).plan.kind).toBe('empty')
  })
})
