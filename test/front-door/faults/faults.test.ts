import { buildSchema } from 'graphql'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { serverTypeDefs } from '../../../src/graphql/schema.js'
import { createFaultyGround, type Fault } from '../../support/faulty-store.js'
import { findBreaches } from '../../support/invariants.js'
import { openReader } from '../../support/read-database.js'
import { startSharedServer } from '../../support/server.js'
import { createMaker } from './maker.js'
import { OPERATIONS, type Operation, type Outcome } from './operations.js'

const isLong = inject('soakRounds') > 0
const ground = createFaultyGround()
const server = await startSharedServer({ ground, sliding: true })
const maker = await createMaker(server)
const reader = await openReader(server.databaseUrl)
afterAll(() => reader.close())

/** The whole database as text; fails where it is not as it must always be. */
async function readSound(): Promise<string> {
  const database = await reader.read()
  expect(findBreaches(database)).toEqual([])
  return JSON.stringify(database)
}

/** What was answered last works: the access token at once, the refresh token when it is exchanged. */
async function expectToWork({ access, refresh }: Outcome): Promise<void> {
  if (access !== undefined) expect(await server.judge(access)).toBe('ok')
  if (refresh !== undefined) expect((await server.refresh(refresh)).code).toBeUndefined()
}

async function breakAt(operation: Operation, fault: Fault, usual: Outcome): Promise<void> {
  const act = await operation.prepare(maker)
  const before = await readSound()
  let outcome: Outcome = { code: undefined }
  const seen = await ground.run(async () => {
    outcome = await act()
  }, fault)
  const where = `${operation.name}, ${fault.when} ${seen.join(', ')}`
  expect(outcome, where).toMatchObject({ code: 'UNAVAILABLE' })
  const isDone = (await readSound()) !== before
  // All of it or nothing: what is written is written by a commit whose answer was lost.
  expect(isDone, where).toBe(fault.when === 'after' && seen.at(-1) !== undefined && isWhole(seen, fault))

  const retried = await act()
  const expected = isDone && operation.onceDone !== undefined ? operation.onceDone : [usual.code]
  expect(expected, where).toContain(retried.code)
  await readSound()
  await expectToWork(retried)
}

/** Whether the statement that broke is a transaction, and so all of it was done. */
function isWhole(seen: readonly string[], { statement }: Fault): boolean {
  return seen[statement] === 'transaction'
}

describe('a connection that breaks before and after every statement', () => {
  test.each(OPERATIONS)(
    'of $name leaves all of it or nothing, and the retry works',
    { timeout: 120_000 },
    async (operation) => {
      let usual: Outcome = { code: undefined }
      const act = await operation.prepare(maker)
      const statements = await ground.run(async () => {
        usual = await act()
      })
      expect(statements).toContain('transaction')
      if (isLong) console.log(`${operation.name}: ${statements.join(', ')}`)
      await readSound()
      await expectToWork(usual)
      for (const [statement, name] of statements.entries()) {
        // Before a statement is after the one before it, as far as the database can tell.
        if (isLong || name === 'transaction') await breakAt(operation, { statement, when: 'before' }, usual)
        await breakAt(operation, { statement, when: 'after' }, usual)
      }
    },
  )

  test('is tried for every mutation that there is', () => {
    const fields = Object.keys(buildSchema(serverTypeDefs).getMutationType()?.getFields() ?? {})
    expect(OPERATIONS.map(({ name }) => name)).toEqual(expect.arrayContaining(fields))
  })
})
