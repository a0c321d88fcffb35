import { expect, onTestFinished, test } from 'vitest'
import { createSallyport, type SallyportOptions } from '../../src/index.js'
import { openStore } from '../../src/store/open-store.js'
import { freshDatabase } from '../support/database.js'
import { PASSWORD, SECRET, startServer } from '../support/server.js'
import { createTestLogger } from '../support/test-logger.js'

const EMAIL = 'root@example.com'
const ADMINISTRATOR = { adminEmail: EMAIL, adminPassword: PASSWORD }
const logIn = (password: string) =>
  `mutation { login(input: { email: "${EMAIL}", password: "${password}" }) { user { id roles } } }`

async function open(options: SallyportOptions) {
  const sallyport = await createSallyport({ secret: SECRET, ...options })
  onTestFinished(() => sallyport.close())
}

async function newDatabase(): Promise<string> {
  const { databaseUrl, drop } = await freshDatabase()
  onTestFinished(drop)
  return databaseUrl
}

test('the first start makes the administrator; the next ones leave them as they are, password and all', async () => {
  const databaseUrl = await newDatabase()
  const first = await startServer({ databaseUrl, ...ADMINISTRATOR })
  const { data } = await first.ask(logIn(PASSWORD))
  expect(data.login.user.roles).toEqual(['admin'])

  const logger = createTestLogger()
  const again = { adminEmail: ` ${EMAIL.toUpperCase()}`, adminPassword: 'another pass phrase' }
  const second = await startServer({ databaseUrl, logger, ...again })
  expect((await second.ask(logIn(PASSWORD))).data).toEqual(data)
  expect(await second.ask(logIn(again.adminPassword))).toMatchObject({ code: 'INVALID_CREDENTIALS' })
  expect(logger.text()).not.toContain('administrator')
})

test('somebody else who has the address stops the start, and stays what they are', async () => {
  const databaseUrl = await newDatabase()
  const server = await startServer({ databaseUrl })
  await server.ask(`mutation { signup(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { tokenType } }`)
  await expect(open({ databaseUrl, ...ADMINISTRATOR })).rejects.toMatchObject({
    option: 'adminEmail',
    message: 'adminEmail: somebody has this address who is no administrator',
  })
  expect((await server.ask(logIn(PASSWORD))).data.login.user.roles).toEqual([])
})

test('an administrator who was disabled stops no start, but the log says so', async () => {
  const databaseUrl = await newDatabase()
  const first = await startServer({ databaseUrl, ...ADMINISTRATOR })
  const { id } = (await first.ask(logIn(PASSWORD))).data.login.user
  await (await first.store()).updateUser(id, { disabledAt: new Date() })
  const logger = createTestLogger()
  const second = await startServer({ databaseUrl, logger, ...ADMINISTRATOR })
  expect(await second.ask(logIn(PASSWORD))).toMatchObject({ code: 'INVALID_CREDENTIALS' })
  expect(logger.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'the administrator of the options is disabled' }),
  )
})

test('of several that start at once on an empty database, one makes the administrator and all go on', async () => {
  const databaseUrl = await newDatabase()
  const logger = createTestLogger()
  await Promise.all(Array.from({ length: 4 }, () => open({ databaseUrl, logger, ...ADMINISTRATOR })))
  expect(logger.lines.filter(({ message }) => message === 'made the first administrator')).toHaveLength(1)
})

test.each([
  { what: 'a short password', option: 'adminPassword', given: { adminPassword: 'hunter2' } },
  { what: 'a common password', option: 'adminPassword', given: { adminPassword: 'password123' } },
  { what: 'no address', option: 'adminEmail', given: { adminEmail: 'root' } },
  { what: 'a password alone', option: 'adminEmail', given: { adminEmail: undefined } },
  { what: 'an address alone', option: 'adminPassword', given: { adminPassword: undefined } },
  { what: 'a host that has its own accounts', option: 'adminEmail', given: { authenticate: () => null } },
])('$what stops the start, named $option and not shown, and makes nobody', async ({ option, given }) => {
  const databaseUrl = await newDatabase()
  const options = { ...ADMINISTRATOR, ...given }
  const refusal = await open({ databaseUrl, ...options }).catch((error) => error)
  expect(refusal).toMatchObject({ name: 'OptionError', option })
  expect(refusal.message.startsWith(`${option}: `)).toBe(true)
  if (options.adminPassword) expect(refusal.message).not.toContain(options.adminPassword)
  const store = await openStore({ databaseUrl })
  onTestFinished(() => store.close())
  expect(await store.findUserByEmail(EMAIL)).toBeNull()
})
