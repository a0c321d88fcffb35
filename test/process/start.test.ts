import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/program.js'
import { makeFolder, PASSWORD, runProgram } from './start-process.js'
import { startServer } from './start-server.js'

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

test('the first start makes a folder, a secret and a database that are its own; the next keeps them', async () => {
  const folder = await makeFolder()
  const data = join(folder, 'data')
  const first = await startServer({ folder })
  expect(await modeOf(data)).toBe('700')
  expect(await modeOf(join(data, 'secret.key'))).toBe('600')
  expect(await modeOf(join(data, 'sallyport.db'))).toBe('600')
  const secret = await readFile(join(data, 'secret.key'), 'utf8')
  const { accessToken, refreshToken } = await first.signUp('ada')
  first.child.kill('SIGTERM')
  expect(await first.ended).toMatchObject({ code: 0, signal: null })

  const second = await startServer({ folder })
  expect(await readFile(join(data, 'secret.key'), 'utf8')).toBe(secret)
  expect((await second.ask('{ me { username } }', accessToken)).data).toEqual({ me: { username: 'ada' } })
  const refreshed = await second.ask(`mutation { refresh(refreshToken: "${refreshToken}") { tokenType } }`)
  expect(refreshed.data).toEqual({ refresh: { tokenType: 'Bearer' } })
})

test('standard output that no person reads has the address alone; the log is JSON on standard error', async () => {
  const server = await startServer({ folder: await makeFolder() })
  server.child.kill('SIGTERM')
  const { stdout, stderr } = await server.ended
  expect(stdout).toBe(`Sallyport listens on ${server.url}\n`)
  const messages = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
  expect(messages).toEqual([
    'made a secret for signing tokens',
    'migrated the database',
    'there is no administrator yet',
    'stopping',
  ])
})

test('at a terminal, the start has three lines: the address, the playground, how to make an administrator', async () => {
  const env = { DATA_DIR: join(await makeFolder(), 'data'), PORT: '0', HOST: '127.0.0.1' }
  expect(await greet(env)).toMatch(
    /^Sallyport listens on http:\S+\nOpen it in a browser for the playground\.\nTo make an administrator: npx sallyport user add --admin .*\n$/,
  )
  const later = { GRAPHIQL: 'false', ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: PASSWORD }
  expect(await greet({ ...env, ...later })).toMatch(/^Sallyport listens on http:\S+\n$/)
})

/** Starts the server at a terminal, stops it, and returns what its standard output has. */
async function greet(env: Record<string, string>): Promise<string> {
  const stdout = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true })
  let stop = () => {}
  const ended = run(['serve'], {
    env: { ...env, LOG_LEVEL: 'silent' },
    stdin: process.stdin,
    stdout,
    stderr: process.stderr,
    onStop: (callback) => {
      stop = callback
    },
    onReload() {},
    onWarning() {},
  })
  await once(stdout, 'readable')
  // The other lines follow before the server waits for this.
  stop()
  expect(await ended).toBe(0)
  return stdout.read()
}

test('a variable that has almost the name of ours is told, and stops nothing', async () => {
  const env = { REFRESH_REUSE_WINDW: '5s' }
  const server = await startServer({ folder: await makeFolder(), env })
  server.child.kill('SIGTERM')
  const { stderr } = await server.ended
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({ variable: 'REFRESH_REUSE_WINDW', meant: 'REFRESH_REUSE_WINDOW', level: 40 }),
  )
})

test('ADMIN_EMAIL and ADMIN_PASSWORD make the administrator of two servers that start at once', async () => {
  const folder = await makeFolder()
  const env = { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: PASSWORD }
  const servers = await Promise.all([startServer({ folder, env }), startServer({ folder, env })])
  for (const server of servers) {
    const login = `mutation { login(input: { email: "root@example.com", password: "${PASSWORD}" }) { user { roles } } }`
    expect((await server.ask(login)).data).toEqual({ login: { user: { roles: ['admin'] } } })
    server.child.kill('SIGTERM')
  }
  const ended = await Promise.all(servers.map((server) => server.ended))
  expect(ended.map(({ stdout }) => stdout.split('\n').length)).toEqual([2, 2])
  const log = ended.map(({ stderr }) => stderr).join('')
  expect(log.match(/"made the first administrator"/g)).toHaveLength(1)
  expect(log).not.toContain(PASSWORD)
  // F24: there is an administrator, whoever made it.
  const later = await startServer({ folder })
  later.child.kill('SIGTERM')
  expect((await later.ended).stdout).toBe(`Sallyport listens on ${later.url}\n`)
})

test('TRUSTED_PROXIES lists the proxies that are believed', async () => {
  const env = { TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' }
  const server = await startServer({ folder: await makeFolder(), env })
  const query = `mutation { signup(input: { username: "ada", password: "${PASSWORD}" }) { session { ip } } }`
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.1.1' }
  const response = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  expect(await response.json()).toEqual({ data: { signup: { session: { ip: '203.0.113.9' } } } })
})

test('LOG_LEVEL silences the log', async () => {
  const server = await startServer({ folder: await makeFolder(), env: { LOG_LEVEL: 'error' } })
  server.child.kill('SIGTERM')
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
})

test('in production a database and a secret must be given', async () => {
  const folder = await makeFolder()
  const unplaced = await runProgram(['serve'], { folder, env: { NODE_ENV: 'production', PORT: '0' } })
  expect(unplaced).toMatchObject({ code: 1, stdout: '' })
  expect(unplaced.stderr).toMatch(/^sallyport: DATABASE_URL: is missing: [^\n]*DATA_DIR[^\n]*\n$/)
  const env = { NODE_ENV: 'production', PORT: '0', DATA_DIR: 'data' }
  const refused = await runProgram(['serve'], { folder, env })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^sallyport: JWT_SECRET_KEY: is missing: [^\n]*\n$/)
  const weak = await runProgram(['serve'], { folder, env: { ...env, JWT_SECRET_KEY: 'changeme' } })
  expect(weak).toMatchObject({ code: 1, stdout: '' })
  expect(weak.stderr).toMatch(/^sallyport: JWT_SECRET_KEY: [^\n]*\n$/)
  expect(weak.stderr).not.toContain('changeme')

  const server = await startServer({
    folder,
    env: { ...env, JWT_SECRET_KEY: 'k8f-ad7Zq_2LwXn5-Vt9RbYc3Mh6PjEs' },
  })
  expect((await server.ask('{ whoami { state } }')).data).toEqual({ whoami: { state: 'ANONYMOUS' } })
})

test('F31: warnings of Node and of packages are lines of the log', async () => {
  const warn = "process.emitWarning('of a driver', 'DriverWarning')"
  const server = await startServer({
    folder: await makeFolder(),
    env: { NODE_OPTIONS: `--import "data:text/javascript,setInterval(() => ${warn}, 200).unref()"` },
  })
  await server.untilWritten('stderr', /"msg":"a warning of Node or of a package"/)
  server.child.kill('SIGTERM')
  const lines = (await server.ended).stderr.trimEnd().split('\n')
  const warnings = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  expect(warnings).toContainEqual(
    expect.objectContaining({
      level: 40,
      err: expect.objectContaining({ type: 'DriverWarning', message: 'of a driver' }),
    }),
  )
})

test('a key file of PEM signs', async () => {
  const folder = await makeFolder()
  const { generateKeyPairSync } = await import('node:crypto')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const server = await startServer({ folder, env: { JWT_PRIVATE_KEY: 'key.pem' } })
  const { accessToken } = await server.signUp('ada')
  const [header = ''] = accessToken.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'ES256' })
})
