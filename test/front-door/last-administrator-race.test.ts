import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Store, Transaction } from '../../src/store/contract.js'
import { openStore } from '../../src/store/open-store.js'
import { addUser } from '../store/records.js'
import { actions } from '../support/administration.js'
import { createFaultyGround } from '../support/faulty-store.js'
import { startSharedServer, type TestServer } from '../support/server.js'

type Administrator = { userId: string; accessToken: string }
type Act = (
  server: TestServer,
  by: Administrator,
  other: Administrator,
) => Promise<{ code: string | undefined }>

const WAYS: Record<string, Act> = {
  'demotes the other': (server, by, other) => actions(server).setRoles(by.accessToken, other.userId, []),
  'disables the other': (server, by, other) => actions(server).setDisabled(by.accessToken, other.userId),
  'demotes themselves': (server, by) => actions(server).setRoles(by.accessToken, by.userId, []),
  'disables themselves': (server, by) => actions(server).setDisabled(by.accessToken, by.userId),
  'deletes themselves': (server, by) => actions(server).remove(by.accessToken),
}
const names = Object.keys(WAYS)
const PAIRS = names.flatMap((one, index) => names.slice(index).map((other) => [one, other] as const))

/** How long a found right is held for a rival who could not find the same meanwhile: they wait for its lock. */
const HOLD_MS = 100

/** A ground on which two who found that another administrator is left both know before either goes on; if they can. */
function createMeeting() {
  let found = 0
  async function meet(): Promise<void> {
    found++
    for (let waited = 0; found < 2 && waited < HOLD_MS; waited += 5) await sleep(5)
  }
  const meeting = (tx: Transaction): Transaction => ({
    ...tx,
    async isHeldByAnother(role, userId) {
      const isHeld = await tx.isHeldByAnother(role, userId)
      if (isHeld) await meet()
      return isHeld
    },
  })
  return {
    begin() {
      found = 0
    },
    async openStore(options: Parameters<typeof openStore>[0]): Promise<Store> {
      const store = await openStore(options)
      return { ...store, transaction: (work) => store.transaction((tx) => work(meeting(tx))) }
    },
  }
}

/** Without a password, which takes longest. */
async function makeAdministrator(server: TestServer): Promise<Administrator> {
  const { id: userId } = await addUser(await server.store(), { roles: ['admin'] })
  const token = { subject: userId, fresh: true, roles: ['admin'] }
  return { userId, accessToken: await server.sallyport.tokens.issueAccess(token) }
}

/** The next two find nobody else in their place. */
async function expectOneAndRetire(server: TestServer): Promise<void> {
  const store = await server.store()
  const users = await store.listUsers({ limit: 101 })
  const isOne = users.filter(({ roles, disabledAt }) => roles.includes('admin') && disabledAt === null)
  expect(isOne).toHaveLength(1)
  for (const { id } of isOne) await store.updateUser(id, { roles: [] })
}

describe('of two administrators who both find first that the other is left, one is left', async () => {
  const meeting = createMeeting()
  const one = await startSharedServer({ ground: meeting })
  const two = await startSharedServer({ ground: meeting, databaseUrl: one.databaseUrl, clock: one.clock })

  test.each(PAIRS)('one %s, the other %s', async (way, otherWay) => {
    const [ada, bob] = [await makeAdministrator(one), await makeAdministrator(one)]
    meeting.begin()
    const answers = await Promise.all([WAYS[way]?.(one, ada, bob), WAYS[otherWay]?.(two, bob, ada)])
    expect(answers.map((answer) => answer?.code)).toContain(undefined)
    await expectOneAndRetire(one)
  })
})

describe('of two administrators of whom one acts as the other, let in, is about to, one is left', async () => {
  const ground = createFaultyGround()
  const one = await startSharedServer({ ground })
  const two = await startSharedServer({ databaseUrl: one.databaseUrl, clock: one.clock })

  test.each(PAIRS)('one %s, overtaken as the other %s', async (way, otherWay) => {
    const [ada, bob] = [await makeAdministrator(one), await makeAdministrator(one)]
    let first: string | undefined = 'it did not act'
    await ground.overtake(
      async () => WAYS[way]?.(one, ada, bob),
      async () => {
        first = (await WAYS[otherWay]?.(two, bob, ada))?.code
      },
    )
    expect(first).toBeUndefined()
    await expectOneAndRetire(one)
  })
})
