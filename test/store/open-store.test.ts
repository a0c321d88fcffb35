import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/open-store.js'
import { openPool } from '../support/postgresql-pool.js'
import { emptyTestDatabase, openTestStore } from './open-test-store.js'
import { addUser, at } from './records.js'

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What opening a database answers that can't be opened: an error that has no secret in any of its parts. */
async function refusalOf(databaseUrl: string): Promise<string> {
  const error: unknown = await openStore({ databaseUrl }).then(
    () => new Error('it was opened'),
    (reason) => reason,
  )
  expect(error).toMatchObject({ name: 'OptionError', option: 'databaseUrl' })
  for (let part = error; part instanceof Error; part = part.cause) {
    expect(JSON.stringify({ ...part, message: part.message, stack: part.stack })).not.toContain('s3cret')
  }
  return error instanceof Error ? error.message : ''
}

test('opens the database of its URL', async () => {
  const { store } = await openTestStore()
  expect(store.provider).toBe(inject('provider'))
  expect(await store.findUser('nobody')).toBeNull()
})

test("without a clock the database's judges, with one that one", async () => {
  const { store, databaseUrl } = await openTestStore()
  const before = Date.now()
  const now = (await store.now()).getTime()
  // One machine, so one clock; PostgreSQL's has microseconds, which are cut off.
  expect(now).toBeGreaterThanOrEqual(before - 1)
  expect(now).toBeLessThanOrEqual(Date.now() + 1)

  const clock = { now: () => Date.UTC(2042, 1, 3), elapsed: () => 0 }
  const frozen = await openStore({ databaseUrl, clock })
  onTestFinished(() => frozen.close())
  expect(await frozen.now()).toEqual(new Date(Date.UTC(2042, 1, 3)))
})

test.each([
  '',
  'mysql://localhost/x',
  'sallyport.db',
  'postgres',
  'file:',
  'file::memory:',
  'file:x.db?mode=ro',
])("'%s' is no URL of a database", async (databaseUrl) => {
  expect(await refusalOf(databaseUrl)).toMatch(/^databaseUrl: (must begin|needs the path|a 'file:' URL)/)
})

test.each(['postgresql://ada:s3cret@[bad/x', 'postgresql://ada:s3cret@localhost/x?schema=a"b'])(
  'a URL that is not valid is refused without being repeated',
  async (databaseUrl) => {
    expect(await refusalOf(databaseUrl)).toMatch(/^databaseUrl: (is no valid URL|its 'schema')/)
  },
)

test('where migrations are required, one that lacks them is refused, and nothing is made in it', async () => {
  const databaseUrl = await emptyTestDatabase()
  for (const _ of ['first', 'again']) {
    await expect(openStore({ databaseUrl, migrations: 'require' })).rejects.toThrow(
      /^databaseUrl: cannot open .*: (nothing of Sallyport’s is in it|there is no such file; `npx sallyport migrate` makes it)$/,
    )
  }
  await (await openStore({ databaseUrl })).close()
  await (await openStore({ databaseUrl, migrations: 'require' })).close()
})

if (inject('provider') === 'sqlite') {
  test('where migrations are required, a file that is not there is refused, and not made', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'data', 'x.db')
    await expect(openStore({ databaseUrl: `file:${path}`, migrations: 'require' })).rejects.toThrow(
      `databaseUrl: cannot open ${path}: there is no such file`,
    )
    expect(await readdir(folder)).toEqual([])
  })

  test('the file and its folders are made for their owner alone', async () => {
    const folder = join(await temporaryFolder(), 'not', 'there')
    const path = join(folder, 'my data.db')
    const store = await openStore({ databaseUrl: `file:${path}` })
    onTestFinished(() => store.close())
    await addUser(store)
    for (const name of [path, `${path}-wal`, `${path}-shm`]) {
      expect((await stat(name)).mode & 0o777).toBe(0o600)
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test("a 'file://' URL is read as one", async () => {
    const folder = await temporaryFolder()
    const store = await openStore({ databaseUrl: `file://${folder}/my%20data.db` })
    await store.close()
    expect((await stat(join(folder, 'my data.db'))).isFile()).toBe(true)
  })

  test('a file that is not a database is refused by its path, and left as it is', async () => {
    const path = join(await temporaryFolder(), 'notes.txt')
    await writeFile(path, 'Dear diary, '.repeat(1000))
    expect(await refusalOf(`file:${path}`)).toBe(
      `databaseUrl: cannot open ${path}: the file is not a SQLite database`,
    )
    expect((await stat(path)).size).toBe(12_000)
  })

  test('a damaged database is refused by its path', async () => {
    const databaseUrl = await emptyTestDatabase()
    const path = databaseUrl.slice('file:'.length)
    await writeFile(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 7)]))
    expect(await refusalOf(databaseUrl)).toContain(`databaseUrl: cannot open ${path}: `)
  })

  test('a folder is refused by its path', async () => {
    const folder = await temporaryFolder()
    expect(await refusalOf(`file:${folder}`)).toBe(
      `databaseUrl: cannot open ${folder}: it is a folder, not a file`,
    )
  })

  test('a file below a file is refused by its path', async () => {
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, '')
    expect(await refusalOf(`file:${path}/below.db`)).toContain(`databaseUrl: cannot open ${path}/below.db: `)
  })

  // Root may write anywhere.
  if (process.getuid?.() !== 0) {
    test('a folder that may not be written is refused by its path', async () => {
      const folder = join(await temporaryFolder(), 'closed')
      await mkdir(folder)
      await chmod(folder, 0o500)
      expect(await refusalOf(`file:${folder}/x.db`)).toBe(
        `databaseUrl: cannot open ${folder}/x.db: no permission for the file or its folder`,
      )
    })
  }
} else {
  const server = new URL(inject('postgresqlUrl'))

  /** A URL with a password, at a port. */
  function urlAt(port: number | string, database = 'postgres'): string {
    return `postgresql://ada:s3cret@127.0.0.1:${port}/${database}`
  }

  test('a server that is not there is refused by its place', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => free.once('listening', resolve))
    const address = free.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => free.close(resolve))
    expect(await refusalOf(urlAt(port))).toBe(
      `databaseUrl: cannot open 127.0.0.1:${port}/postgres: nothing answers there`,
    )
  })

  test('a name that the server does not know is refused', async () => {
    expect(await refusalOf(urlAt(server.port))).toBe(
      `databaseUrl: cannot open 127.0.0.1:${server.port}/postgres: the server refuses this name`,
    )
  })

  test('a database that is not there is refused by its name', async () => {
    const url = new URL('/no_such_database', server)
    url.password = 's3cret'
    expect(await refusalOf(url.href)).toBe(
      `databaseUrl: cannot open ${server.host}/no_such_database: there is no such database on the server`,
    )
  })

  test('a host that is not there is refused by its name', async () => {
    expect(await refusalOf('postgresql://ada:s3cret@no-such-host.invalid/x')).toMatch(
      /^databaseUrl: cannot open no-such-host\.invalid\/x: (there is no such host|the host name could not be looked up)$/,
    )
  })

  test('what answers and is no PostgreSQL is refused', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    other.listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await refusalOf(urlAt(port))).toContain(`databaseUrl: cannot open 127.0.0.1:${port}/postgres: `)
  })

  test("the server's time zone changes no time", async () => {
    const { databaseUrl } = await openTestStore()
    const pool = await openPool(databaseUrl, 1)
    await pool.query(`ALTER DATABASE ${new URL(databaseUrl).pathname.slice(1)} SET timezone TO 'Asia/Tokyo'`)
    await pool.end()
    const store = await openStore({ databaseUrl })
    onTestFinished(() => store.close())
    expect(Math.abs((await store.now()).getTime() - Date.now())).toBeLessThan(60_000)
    const { id } = await addUser(store, { createdAt: at(0.123) })
    expect(await store.findUser(id)).toMatchObject({ createdAt: at(0.123) })
    expect(await store.transaction((tx) => tx.lockUser(id))).toMatchObject({ createdAt: at(0.123) })
  })

  test('a schema of its own is made, migrated and used, whatever the search path', async () => {
    const { store: other, databaseUrl } = await openTestStore()
    const user = await addUser(other, { usernameKey: 'ada' })
    const store = await openStore({ databaseUrl: `${databaseUrl}?schema=Tenant_1` })
    onTestFinished(() => store.close())
    expect(await store.findUser(user.id)).toBeNull()
    await addUser(store, { id: 'mine', usernameKey: 'ada' })
    expect(await store.transaction((tx) => tx.lockUser('mine'))).toMatchObject({ id: 'mine' })
    expect(await other.findUser('mine')).toBeNull()
    const again = await openStore({ databaseUrl: `${databaseUrl}?schema=Tenant_1` })
    await again.close()
  })
}
