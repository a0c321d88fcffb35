import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { heldMegabytes } from '../support/heap.js'
import { startSharedServer } from '../support/server.js'

const server = await startSharedServer()

async function send(query: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const request = new Request(server.url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  await (await server.sallyport.fetch(request)).text()
  await setImmediate()
}

// Each was kept with all that its validation had on its stack: 60 kB and more, until the memory was used up.
test.each<[string, (index: number) => string]>([
  ['that are not valid', (index) => `{a${index}}`],
  ['that have many mistakes', (index) => `{a${index} b c d e f g h i j k l m n o p q r s t}`],
  ['that cannot be read', (index) => `{a${index}`],
  ['whose fragments spread themselves', (index) => `{...a${index}}fragment a${index} on Query{...a${index}}`],
  ['that are good', (index) => `{a${index}:__typename}`],
])('texts %s, each another, take little memory, however many there are', async (_what, textOf) => {
  for (let index = 0; index < 100; index++) await send(textOf(index))
  const before = heldMegabytes()
  for (let index = 100; index < 500; index++) await send(textOf(index))
  expect(heldMegabytes() - before).toBeLessThan(20)
})

test('of many mistakes in a document the first ten are told, and that there are more', async () => {
  const { errors } = await server.ask(
    `{ ${Array.from({ length: 30 }, (_, index) => `a${index}`).join(' ')} }`,
  )
  const messages = errors.map(({ message }) => message)
  expect(messages).toHaveLength(11)
  expect(messages[0]).toBe('Cannot query field "a0" on type "Query".')
  expect(messages[10]).toMatch(/^Too many validation errors/)
})
