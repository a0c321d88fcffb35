import { expect, test } from 'vitest'
import { createAuthenticator } from '../../src/accounts/authenticate.js'
import { createPasswords } from '../../src/accounts/passwords.js'
import { createHashQueue } from '../../src/limits/hash-queue.js'

test('F27: a login that finds the hash queue full asks the database for nothing', async () => {
  const queue = createHashQueue({ maxConcurrent: 1, maxQueued: 0 })
  let end = () => {}
  const slow = queue(
    () =>
      new Promise<void>((resolve) => {
        end = resolve
      }),
  )
  let asked = 0
  const ask = async () => {
    asked++
    throw new Error('asked')
  }
  const authenticator = createAuthenticator({
    store: { findUserByUsername: ask, findUserByEmail: ask },
    passwords: createPasswords(queue),
    attempts: { prove: ask },
    provePassword: ask,
  })
  const credentials = { username: 'ada', email: null, password: 'correct horse battery', device: null }
  await expect(authenticator.authenticate(credentials, null)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  expect(asked).toBe(0)
  end()
  await slow
})
