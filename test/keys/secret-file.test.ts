import { execFile } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyring } from '../../src/keys/keyring.js'
import { generateSecret, loadOrGenerateSecret } from '../../src/keys/secret-file.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-secret-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('makes folder and file for their owner only, once, and reads them ever after', () => {
  const dataDir = join(root, 'deep', 'data')
  const first = loadOrGenerateSecret(dataDir)
  expect(first).toMatchObject({ generated: true, path: join(dataDir, 'secret.key') })
  expect([modeOf(dataDir), modeOf(first.path)]).toEqual(['700', '600'])
  expect(loadOrGenerateSecret(dataDir)).toEqual({ ...first, generated: false })
  expect(readdirSync(dataDir)).toEqual(['secret.key'])
})

test('the secret serves every hash, and may move from the file into the option as it stands', () => {
  const { secret, path } = loadOrGenerateSecret(root)
  expect(readFileSync(path, 'utf8')).toBe(`${secret}\n`)
  const ring = createKeyring({ secret, decodeAlgorithms: ['HS256', 'HS384', 'HS512'] })
  expect(ring.signingKey()?.algorithm).toBe('HS256')
})

test('leaves a file that is there alone', () => {
  const path = join(root, 'secret.key')
  expect(generateSecret(path)).toBe(true)
  const before = readFileSync(path, 'utf8')
  expect(generateSecret(path)).toBe(false)
  expect(readFileSync(path, 'utf8')).toBe(before)
  expect(readdirSync(root)).toEqual(['secret.key'])
})

test('processes that start at once agree on one secret', async () => {
  const module = new URL('../../src/keys/secret-file.ts', import.meta.url).href
  const script = `import(${JSON.stringify(module)}).then(({ loadOrGenerateSecret }) => {
    const { secret, generated } = loadOrGenerateSecret(${JSON.stringify(join(root, 'data'))})
    process.stdout.write(JSON.stringify({ secret, generated }))
  })`
  const run = promisify(execFile)
  const started = Array.from({ length: 4 }, () => run(process.execPath, ['--import', 'tsx', '-e', script]))
  const answers = (await Promise.all(started)).map(({ stdout }): { secret: string; generated: boolean } =>
    JSON.parse(stdout),
  )
  expect(new Set(answers.map(({ secret }) => secret)).size).toBe(1)
  expect(answers.filter(({ generated }) => generated)).toHaveLength(1)
  expect(readdirSync(join(root, 'data'))).toEqual(['secret.key'])
})

test('refuses a file that others can read, and says what to do', () => {
  const { path } = loadOrGenerateSecret(root)
  for (const mode of [0o640, 0o604, 0o660]) {
    chmodSync(path, mode)
    expect(() => loadOrGenerateSecret(root)).toThrow(`chmod 600 ${path}`)
  }
})

test.each(['', 'short\n', `${'x'.repeat(86)}`, `${'x'.repeat(87)}\n`, `${'é'.repeat(86)}\n`])(
  'refuses a file that it did not make, without printing it: %j',
  (content) => {
    const path = join(root, 'secret.key')
    writeFileSync(path, content, { mode: 0o600 })
    expect(() => loadOrGenerateSecret(root)).toThrow(`dataDir: ${path} is not a secret that Sallyport made`)
    expect(readFileSync(path, 'utf8')).toBe(content)
  },
)

test('names the folder that cannot be used', () => {
  const path = join(root, 'file')
  writeFileSync(path, '')
  expect(() => loadOrGenerateSecret(path)).toThrow(expect.objectContaining({ option: 'dataDir' }))
  expect(() => generateSecret(join(root, 'absent', 'secret.key'))).toThrow('ENOENT')
  // As private as a file of ours would be, so that only reading it fails.
  mkdirSync(join(root, 'data', 'secret.key'), { recursive: true, mode: 0o700 })
  expect(() => loadOrGenerateSecret(join(root, 'data'))).toThrow(
    expect.objectContaining({ option: 'dataDir' }),
  )
})
