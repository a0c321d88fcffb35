import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder, runProgram, type Start } from './start-process.js'

/** One line that begins with the variable, on standard error; nothing on standard output; exit code 1. */
async function expectRefusal(start: Start, line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await runProgram(['serve'], start)
  expect.soft(stderr.replace(/^(?:\{.*\}\n)+/, '')).toMatch(line)
  expect(stderr.replace(/^(?:\{.*\}\n)+/, '').split('\n')).toEqual([
    expect.stringMatching(/^sallyport: /),
    '',
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
}

interface Case extends Pick<Start, 'env' | 'asOrdinaryUser'> {
  what: string
  prepare?: (folder: string) => Promise<unknown>
  line: RegExp
}

const CASES: Case[] = [
  {
    what: 'a value that is none',
    env: { PORT: '70000' },
    line: /^sallyport: PORT: needs a whole number from 0 to 65535, got 70000\n/,
  },
  {
    what: 'P08 a name of former times',
    env: { JWT_EXPIRATION_DELTA: '300' },
    line: /^sallyport: JWT_EXPIRATION_DELTA: .* JWT_ACCESS_TOKEN_EXPIRES\n/,
  },
  {
    what: 'two that do not go together, each by its variable',
    env: { JWT_COOKIE_SAMESITE: 'None' },
    line: /^sallyport: JWT_COOKIE_SECURE: is needed with JWT_COOKIE_SAMESITE None/,
  },
  { what: 'a slip in a name', env: { JWT_SECRET: 'x' }, line: /^sallyport: JWT_SECRET: is no option/ },
  { what: 'a weak secret', env: { JWT_SECRET_KEY: 'secret' }, line: /^sallyport: JWT_SECRET_KEY: needs 32 / },
  {
    what: 'a key file that is not there',
    env: { JWT_PRIVATE_KEY: 'key.pem' },
    line: /^sallyport: JWT_PRIVATE_KEY: key\.pem cannot be read \(ENOENT\)\n/,
  },
  {
    what: 'a key file that may not be read',
    env: { JWT_PRIVATE_KEY: 'key.pem' },
    asOrdinaryUser: true,
    prepare: (folder) => writeFile(join(folder, 'key.pem'), 'x', { mode: 0o000 }),
    line: /^sallyport: JWT_PRIVATE_KEY: key\.pem cannot be read \(EACCES\)\n/,
  },
  {
    what: 'a data folder in which nothing may be written',
    asOrdinaryUser: true,
    prepare: (folder) => mkdir(join(folder, 'data'), { mode: 0o500 }),
    line: /^sallyport: DATA_DIR: data\/secret\.key cannot be written \(EACCES\)\n/,
  },
  {
    what: 'a data folder where none can be made',
    env: { DATA_DIR: '/proc/data' },
    line: /^sallyport: DATA_DIR: \/proc\/data cannot be made \(ENOENT\)\n/,
  },
  {
    what: 'a data folder that is a file',
    prepare: (folder) => writeFile(join(folder, 'data'), ''),
    line: /^sallyport: DATA_DIR: data\/secret\.key cannot be \w+ \(ENOTDIR\)\n/,
  },
  {
    what: 'a secret file that others may read',
    prepare: async (folder) => {
      await mkdir(join(folder, 'data'))
      await writeFile(join(folder, 'data', 'secret.key'), 'x'.repeat(86))
      await chmod(join(folder, 'data', 'secret.key'), 0o644)
    },
    line: /^sallyport: DATA_DIR: data\/secret\.key can be read by others; run: chmod 600 /,
  },
  {
    what: 'a database file that is none',
    env: { DATABASE_URL: 'file:notes.txt' },
    prepare: (folder) => writeFile(join(folder, 'notes.txt'), 'buy bread\n'.repeat(100)),
    line: /^sallyport: DATABASE_URL: cannot open \S*notes\.txt: the file is not a SQLite database\n/,
  },
  {
    what: 'a PostgreSQL server that is not there',
    env: { DATABASE_URL: 'postgresql://ada:hunter2@127.0.0.1:1/auth' },
    line: /^sallyport: DATABASE_URL: cannot open 127\.0\.0\.1:1\/auth: nothing answers there\n/,
  },
  {
    what: 'a password of the first administrator that is too short',
    env: { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'hunter2' },
    line: /^sallyport: ADMIN_PASSWORD: needs at least 8 bytes\n/,
  },
  {
    what: 'half of the first administrator',
    env: { ADMIN_EMAIL: 'root@example.com' },
    line: /^sallyport: ADMIN_PASSWORD: is missing/,
  },
  {
    what: 'a range of proxies that is none',
    env: { TRUSTED_PROXIES: '10.0.0.0/8, 10.0.0.0/33' },
    line: /^sallyport: TRUSTED_PROXIES: needs addresses or CIDR ranges such as 10\.0\.0\.0\/8, got "10\.0\.0\.0\/33"\n/,
  },
  {
    what: 'a level of the log that is none',
    env: { LOG_LEVEL: 'verbose' },
    line: /^sallyport: LOG_LEVEL: needs one of debug, info, warn, error, silent, got "verbose"\n/,
  },
  {
    what: 'a host that is none of ours',
    env: { HOST: 'no-such-host.invalid' },
    line: /^sallyport: HOST: cannot listen on "no-such-host\.invalid"/,
  },
]

test.each(CASES)('$what stops the start with one line that names the option', async (one) => {
  const folder = await makeFolder()
  await one.prepare?.(folder)
  const { asOrdinaryUser } = one
  await expectRefusal({ folder, env: { PORT: '0', ...one.env }, asOrdinaryUser }, one.line)
})

test('no message has the password of a database URL', async () => {
  const folder = await makeFolder()
  for (const url of ['postgresql://ada:hunter2@127.0.0.1:1/auth', 'mysql://ada:hunter2@127.0.0.1/auth']) {
    const { code, stdout, stderr } = await runProgram(['migrate'], { folder, env: { DATABASE_URL: url } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^sallyport: DATABASE_URL: /)
    expect(stdout + stderr).not.toContain('hunter2')
  }
})

test('a port in use stops the start with one line that names it', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const env = { PORT: String(port), HOST: '127.0.0.1' }
  await expectRefusal(
    { folder: await makeFolder(), env },
    new RegExp(`^sallyport: PORT: ${port} is in use\n`),
  )
})

test.each<Record<string, string>>([{ JWT_ALGORITHM: 'none' }, { TRUSTED_PROXIES: 'proxy' }])(
  '%j leaves nothing behind',
  async (env) => {
    const folder = await makeFolder()
    expect((await runProgram(['serve'], { folder, env })).code).toBe(1)
    expect(await readdir(folder)).toEqual([])
  },
)
