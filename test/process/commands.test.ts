import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { makeFolder, PASSWORD, runProgram } from './start-process.js'
import { startServer } from './start-server.js'

const ALL_TOKENS = '{ allTokens { nodes { userId } } }'

test('migrate brings a new database up to date, and changes nothing the second time', async () => {
  const folder = await makeFolder()
  for (const _ of ['new', 'again']) {
    const { code, stdout, stderr } = await runProgram(['migrate'], { folder })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' })
  }
})

test('user add --admin makes an administrator of the password on standard input, while the server runs', async () => {
  const folder = await makeFolder()
  const server = await startServer({ folder })
  const add = (args: string[]) =>
    runProgram(['user', 'add', ...args], { folder, input: `${PASSWORD}\nnot this line\n` })
  const admin = await add(['--admin', '--username', 'root', '--email', 'root@example.com'])
  expect(admin).toMatchObject({ code: 0, stderr: '' })
  expect(admin.stdout).toMatch(/^Made user [\w-]{36} \(admin\)\.\n$/)
  expect(await add(['--username', 'ada'])).toMatchObject({ code: 0 })

  const root = await server.logIn('root')
  const ada = await server.logIn('ada')
  expect((await server.ask(ALL_TOKENS, root.accessToken)).data.allTokens.nodes).toHaveLength(4)
  expect(await server.ask(ALL_TOKENS, ada.accessToken)).toMatchObject({ status: 403, code: 'FORBIDDEN' })
})

test.each([
  { what: 'a name that is taken', args: ['--username', 'ADA'], line: 'username: is taken.' },
  { what: 'an id that is taken', args: ['--username', 'bob', '--id', '1'], line: 'id: is taken.' },
  { what: 'an empty id', args: ['--username', 'bob', '--id', ''], line: /^id: is empty/ },
  { what: 'no name', args: [], line: 'Give a username, an email, or both.' },
  { what: 'no e-mail address', args: ['--email', 'ada'], line: 'email: is not an e-mail address.' },
  { what: 'no password', args: ['--username', 'bob'], input: '', line: /no password on standard input\.$/ },
  {
    what: 'a short password',
    args: ['--username', 'bob'],
    input: 'abc\n',
    line: /^password: needs at least 8/,
  },
])('user add refuses $what with exit code 1 and one line', async ({ args, input, line }) => {
  const folder = await makeFolder()
  await runProgram(['user', 'add', '--username', 'ada', '--id', '1'], { folder, input: PASSWORD })
  const refused = await runProgram(['user', 'add', ...args], { folder, input: input ?? PASSWORD })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  const [said = '', ...rest] = refused.stderr.replace('sallyport: ', '').split('\n')
  expect(said).toMatch(line)
  expect(rest).toEqual([''])
})

test.each([
  ['user', 'list'],
  ['user', 'roles', 'ada', 'admin'],
  ['token', 'revoke', 'a-jti'],
])('%s %s in a folder that no server has says so, and makes nothing', async (...args) => {
  const folder = await makeFolder()
  const { code, stdout, stderr } = await runProgram(args, { folder })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^sallyport: DATABASE_URL: cannot open \S+: there is no such file; `npx sallyport migrate` makes it\.?\n$/,
  )
  expect(await readdir(folder)).toEqual([])
})

test.each([
  { args: ['frobnicate'], mistake: "unknown command 'frobnicate'.", help: 'sallyport' },
  { args: ['serve', '--port', '1'], mistake: "unknown option '--port'.", help: 'sallyport serve' },
  {
    args: ['user', 'add', '--emial'],
    mistake: "unknown option '--emial' (Did you mean --email?)",
    help: 'sallyport user add',
  },
  {
    args: ['keys', 'add', '--alg', 'none'],
    mistake: /^option '--alg <algorithm>' argument 'none' is invalid\. It must be one of .*\.$/,
    help: 'sallyport keys add',
  },
  {
    args: ['migrate', 'now'],
    mistake: /^too many arguments for 'migrate'\. .*\.$/,
    help: 'sallyport migrate',
  },
  { args: ['user', 'lst'], mistake: "unknown command 'lst' (Did you mean list?)", help: 'sallyport user' },
  {
    args: ['token', 'issue'],
    mistake: "required option '--user <user>' not specified.",
    help: 'sallyport token issue',
  },
  {
    args: ['token', 'issue', '--user', 'ada', '--expires', 'soon'],
    mistake: /^option '--expires <duration>' argument 'soon' is invalid\. It needs a duration.*\.$/,
    help: 'sallyport token issue',
  },
  {
    args: ['token', 'issue', '--user', 'ada', '--claims', '[]'],
    mistake: "option '--claims <json>' argument '[]' is invalid. It needs a JSON object.",
    help: 'sallyport token issue',
  },
])(
  'what it does not understand ends it with exit code 2 and one line: $args',
  async ({ args, mistake, help }) => {
    const { code, stdout, stderr } = await runProgram(args, { folder: await makeFolder() })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [, said, where] = /^sallyport: (.*) Help: (.*) --help\n$/.exec(stderr) ?? []
    expect({ said, where }).toEqual({
      said: typeof mistake === 'string' ? mistake : expect.stringMatching(mistake),
      where: help,
    })
  },
)

test('with --json, why something was not done is one JSON document on standard error', async () => {
  const folder = await makeFolder()
  await runProgram(['migrate'], { folder })
  const cases = [
    { args: ['user', 'roles', 'nobody'], code: 1, error: { code: 'NOT_FOUND' } },
    { args: ['user', 'frobnicate'], code: 2, error: { code: 'USAGE' } },
    { args: ['migrate'], env: { LOG_LEVEL: 'x' }, code: 1, error: { code: 'OPTION', variable: 'LOG_LEVEL' } },
  ]
  for (const { args, env, code, error } of cases) {
    const ended = await runProgram([...args, '--json'], { folder, env })
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({ error })
  }
})

test.each([['inspect'], ['issue', '--user', 'ada']])(
  'token %s in a folder that is no server’s makes no secret there',
  async (...args) => {
    const folder = await makeFolder()
    await runProgram(['user', 'add', '--username', 'ada'], { folder, input: PASSWORD })
    const refused = await runProgram(['token', ...args], { folder, input: 'x.y.z' })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^sallyport: JWT_SECRET_KEY: is missing, and data\/ has no secret/)
    expect(await readdir(join(folder, 'data'))).not.toContain('secret.key')
  },
)

test('--version is that of the package', async () => {
  const { code, stdout } = await runProgram(['--version'], { folder: await makeFolder() })
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${manifest.version}\n` })
})

const COMMANDS = [
  [],
  ['serve'],
  ['migrate'],
  ['user'],
  ...['add', 'list', 'roles', 'disable', 'enable'].map((name) => ['user', name]),
  ['keys'],
  ['keys', 'rotate'],
  ['token'],
  ...['issue', 'inspect', 'revoke'].map((name) => ['token', name]),
]

test.each(COMMANDS.map((command) => ({ command })))(
  'help of $command goes to standard output',
  async ({ command }) => {
    const { code, stdout, stderr } = await runProgram([...command, '--help'], { folder: await makeFolder() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: ${['sallyport', ...command].join(' ')} `)
  },
)
