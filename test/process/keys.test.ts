import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeFolder, runProgram, startProgram } from './start-process.js'
import { startServer } from './start-server.js'

const ME = '{ me { username } }'

/** A folder to run in, whose `keys` has one key, and how to run `sallyport keys …` on it. */
async function openKeys() {
  const folder = await makeFolder()
  const env = { JWT_KEYS_DIR: join(folder, 'keys') }
  const run = (...args: string[]) => runProgram(['keys', ...args], { folder, env })
  const list = async () => JSON.parse((await run('list', '--json')).stdout).keys
  const [first] = [await run('add', '--alg', 'HS256', '--json')].map(({ stdout }) => JSON.parse(stdout))
  return { folder, env, run, list, first }
}

test('keys add, rotate, list and remove say what they did and what will happen when, and show no secret', async () => {
  const { env, run, list, first } = await openKeys()
  expect((await stat(env.JWT_KEYS_DIR)).mode & 0o777).toBe(0o700)
  expect((await stat(join(env.JWT_KEYS_DIR, '0001.json'))).mode & 0o777).toBe(0o600)
  const rotated = await run('rotate', '--alg', 'ES256')
  expect(rotated).toMatchObject({ code: 0, stderr: '' })
  expect(rotated.stdout).toMatch(/^Made ES256 key \S+ \(0002\.json\)\.\n {2}now .* it is published.*\n/)
  expect(rotated.stdout).toMatch(/ it signs \(in [67] min\)\n.* retires \(in 30 days\)/)
  expect((await run('rotate')).stdout).toMatch(/^A rotation is under way: .* Nothing to do\.\n$/)
  expect(await list()).toMatchObject([
    { kid: first.kid, alg: 'HS256', state: 'signing', retiresAt: expect.any(String) },
    { alg: 'ES256', state: 'upcoming', retiresAt: null },
  ])
  const { stdout } = await run('list')
  expect(stdout).toMatch(/^STATE +ALG +KID +ACTIVE FROM +RETIRES +FILE\nsigning +HS256 /)
  expect(stdout + rotated.stdout).not.toMatch(/"[kd]":/)
  const removed = await run('remove', first.kid)
  expect(removed.stdout).toMatch(
    /^Removed HS256 key .*\n.*Within 10 s every server refuses.*\n.*\n {2}Made HS256 key/,
  )
  expect(await run('remove', first.kid)).toMatchObject({ code: 1, stdout: '' })
})

test('remove takes a kid that begins with a hyphen', async () => {
  const { run } = await openKeys()
  for (const kid of ['-Xq7fZ0_aB3-dE5g', '--q7fZ0_aB3-dE5g']) {
    const refused = await run('remove', kid)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('there is no key of this name')
  }
})

test('rotate on several machines at once makes one key', async () => {
  const { env, run, list } = await openKeys()
  const outcomes = await Promise.all(Array.from({ length: 3 }, () => run('rotate', '--json')))
  expect(outcomes.map(({ stdout }) => JSON.parse(stdout).outcome).sort()).toEqual([
    'rotated',
    'underWay',
    'underWay',
  ])
  expect(await list()).toHaveLength(2)
  expect((await readdir(env.JWT_KEYS_DIR)).sort()).toEqual(['0001.json', '0002.json'])
})

test('rotate that is killed on its way leaves the whole key or none', async () => {
  const { folder, env, run, list } = await openKeys()
  for (const delay of [0, 300, 320, 340, 360, 380]) {
    const { child, ended } = startProgram(['keys', 'rotate'], { folder, env })
    await new Promise((resolve) => setTimeout(resolve, delay))
    child.kill('SIGKILL')
    await ended
  }
  expect(await run('rotate')).toMatchObject({ code: 0 })
  expect((await list()).map(({ state }: { state: string }) => state)).toEqual(['signing', 'upcoming'])
})

test('an emergency: what the removed key signed is refused on SIGHUP, and the server goes on', async () => {
  const { folder, env, run, first } = await openKeys()
  const server = await startServer({ folder, env: { ...env, JWT_KEYS_RELOAD_INTERVAL: '1h' } })
  const { accessToken } = await server.signUp('ada')
  expect((await server.ask(ME, accessToken)).data).toEqual({ me: { username: 'ada' } })
  expect(await run('remove', first.kid)).toMatchObject({ code: 0 })
  server.child.kill('SIGHUP')
  await vi.waitFor(async () => expect((await server.ask(ME, accessToken)).code).toBe('TOKEN_INVALID'), {
    timeout: 20_000,
    interval: 50,
  })
  const again = await server.logIn('ada')
  expect((await server.ask(ME, again.accessToken)).data).toEqual({ me: { username: 'ada' } })
})

test('a secret that was used before moves into the folder: its tokens are good, and the next key follows', async () => {
  const folder = await makeFolder()
  const before = await startServer({ folder })
  const { accessToken } = await before.signUp('ada')
  before.child.kill('SIGTERM')
  await before.ended
  const env = { JWT_KEYS_DIR: 'keys' }
  const added = await runProgram(['keys', 'add', '--import', 'data/secret.key'], { folder, env })
  expect(added.stdout).toMatch(/^Added HS256 key \S+ \(0001\.json\)\. It signs from now on\.\n$/)
  await runProgram(['keys', 'rotate', '--alg', 'ES256'], { folder, env })
  const after = await startServer({ folder, env })
  expect((await after.ask(ME, accessToken)).data).toEqual({ me: { username: 'ada' } })
})

test.each<{ what: string; env: Record<string, string>; args: string[]; line: string | RegExp }>([
  {
    what: 'no folder',
    env: {},
    args: ['list'],
    line: 'JWT_KEYS_DIR: is missing: it names the folder of the keys',
  },
  {
    what: 'a folder that is not there',
    env: { JWT_KEYS_DIR: 'keys' },
    args: ['list'],
    line: 'JWT_KEYS_DIR: keys is not there; make it, with a first key, by: sallyport keys add',
  },
  {
    what: 'a folder that is a file',
    env: { JWT_KEYS_DIR: process.execPath },
    args: ['add'],
    line: /^JWT_KEYS_DIR: \S+ is not a folder$/,
  },
  {
    what: 'a folder without a key',
    env: { JWT_KEYS_DIR: '.' },
    args: ['rotate'],
    line: /^JWT_KEYS_DIR: \. has no key/,
  },
  {
    what: 'a file that is no key',
    env: { JWT_KEYS_DIR: 'keys' },
    args: ['add', '--import', 'no.pem'],
    line: /^--import: no\.pem: cannot be read \(ENOENT\)$/,
  },
])('keys refuses $what with exit code 1 and one line', async ({ env, args, line }) => {
  const refused = await runProgram(['keys', ...args], { folder: await makeFolder(), env })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr.replace('sallyport: ', '').trimEnd()).toMatch(line)
})
