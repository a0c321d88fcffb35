import { expect, test } from 'vitest'
import { StoreConflict } from '../../src/store/failures.js'
import { openTestStore } from './open-test-store.js'
import { addUser, at, newUser } from './records.js'

test('a user is found by id and by either name, as it was inserted', async () => {
  const { store } = await openTestStore()
  const { usernameKey, emailKey, ...user } = await addUser(store, {
    username: 'Ada',
    usernameKey: 'ada',
    email: 'Ada@Example.com',
    emailKey: 'ada@example.com',
    passwordHash: '$argon2id$…',
    roles: ['b', 'a', 'ä "quoted" \\ '],
    version: 7,
    createdAt: at(0),
    disabledAt: at(1),
    deletedAt: at(2),
  })
  expect(await store.findUser(user.id)).toEqual(user)
  expect(await store.findUserByUsername(usernameKey ?? '')).toEqual(user)
  expect(await store.findUserByEmail(emailKey ?? '')).toEqual(user)
})

test('a bare user has an id and a version, and any number of them have no name', async () => {
  const { store } = await openTestStore()
  const [one, two] = [await addUser(store), await addUser(store)]
  expect(await store.findUser(one.id)).toMatchObject({ id: one.id, username: null, email: null, roles: [] })
  expect(await store.findUser(two.id)).toMatchObject({ id: two.id })
})

test('an unknown id or name finds nobody', async () => {
  const { store } = await openTestStore()
  await addUser(store, { username: 'Ada', usernameKey: 'ada', email: 'a@b.c', emailKey: 'a@b.c' })
  expect(await store.findUser('ada')).toBeNull()
  expect(await store.findUserByUsername('Ada')).toBeNull()
  expect(await store.findUserByUsername('a%')).toBeNull()
  expect(await store.findUserByEmail('ada')).toBeNull()
})

test.each([
  { field: 'username', taken: { usernameKey: 'ada' } },
  { field: 'email', taken: { emailKey: 'ada@example.com' } },
  { field: 'id', taken: { id: 'the-same' } },
] as const)('an insert with a taken $field is a conflict that names it', async ({ field, taken }) => {
  const { store } = await openTestStore()
  await addUser(store, taken)
  const refused = store.insertUser(newUser(taken))
  await expect(refused).rejects.toBeInstanceOf(StoreConflict)
  await expect(refused).rejects.toMatchObject({ field })
})

test.each([
  { field: 'username', taken: { usernameKey: 'ada' } },
  { field: 'email', taken: { emailKey: 'ada@example.com' } },
] as const)('an update to a taken $field is a conflict, and changes nothing', async ({ field, taken }) => {
  const { store } = await openTestStore()
  await addUser(store, taken)
  const other = await addUser(store)
  await expect(store.updateUser(other.id, { version: 2, ...taken })).rejects.toMatchObject({
    name: 'StoreConflict',
    field,
  })
  expect(await store.findUser(other.id)).toMatchObject({ version: 1 })
})

test('of 20 who race for a name one gets it, and each of the others a conflict', async () => {
  const { store } = await openTestStore()
  const race = Array.from({ length: 20 }, () => store.insertUser(newUser({ usernameKey: 'ada' })))
  const results = await Promise.allSettled(race)
  const lost = results.filter((result) => result.status === 'rejected')
  expect(lost).toHaveLength(19)
  for (const { reason } of lost) expect(reason).toMatchObject({ name: 'StoreConflict', field: 'username' })
})

test('an update changes the given fields only, and null clears one', async () => {
  const { store } = await openTestStore()
  const user = await addUser(store, {
    username: 'Ada',
    usernameKey: 'ada',
    passwordHash: 'old',
    roles: ['admin'],
  })
  await store.updateUser(user.id, { passwordHash: 'new', version: 2, disabledAt: at(5) })
  expect(await store.findUser(user.id)).toMatchObject({
    ...{ username: 'Ada', passwordHash: 'new', roles: ['admin'], version: 2, disabledAt: at(5) },
  })
  await store.updateUser(user.id, { username: null, usernameKey: null, roles: [], disabledAt: null })
  expect(await store.findUser(user.id)).toMatchObject({
    ...{ username: null, passwordHash: 'new', roles: [], version: 2, disabledAt: null },
  })
  expect(await store.findUserByUsername('ada')).toBeNull()
})

test('an update of a user that is not there is an error, not silence', async () => {
  const { store } = await openTestStore()
  await expect(store.updateUser('nobody', { version: 2 })).rejects.toThrow('no user has this id')
})
