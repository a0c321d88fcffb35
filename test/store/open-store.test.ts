import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Store } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ databaseUrl: database.databaseUrl })
})
afterAll(async () => {
  await store?.close()
  await database?.drop()
})

test('opens the database of its URL', async () => {
  expect(store.provider).toBe(inject('provider'))
  expect(await store.findUser('nobody')).toBeNull()
  expect(Math.abs((await store.now()).getTime() - Date.now())).toBeLessThan(60_000)
})
