/** Writes until it is killed, and says of each write that it is done: a user by a plain write, then a pair by a transaction. */
import process from 'node:process'
import { openStore } from '../../../src/store/open-store.js'
import { addSession, newUser } from '../records.js'

const store = await openStore({ databaseUrl: process.argv[2] ?? '' })
for (;;) {
  const user = newUser()
  await store.insertUser(user)
  process.stdout.write(`user ${user.id}\n`)
  const session = await store.transaction((tx) => addSession(tx, { userId: user.id }))
  process.stdout.write(`session ${session.id}\n`)
}
