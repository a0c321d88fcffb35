import { execFile } from 'node:child_process'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeFolder } from './start-process.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

test.each([
  {
    entry: 'sallyport/guard',
    installed: ['graphql', '@graphql-tools/utils', 'fastest-levenshtein'],
    gives: ['guardSchema', 'guardTypeDefs', 'useGuard'],
  },
  {
    entry: 'sallyport/limits',
    installed: ['graphql', 'fastest-levenshtein'],
    gives: ['checkDocument', 'limitsRule', 'useLimits'],
  },
  {
    entry: 'sallyport/context',
    installed: ['jsonwebtoken', 'lru-cache', 'cookie', 'fastest-levenshtein'],
    gives: ['createAuthContext'],
  },
])('$entry loads where nothing but $installed is installed', async ({ entry, installed, gives }) => {
  const folder = await makeFolder()
  const home = join(folder, 'node_modules', 'sallyport')
  await mkdir(home, { recursive: true })
  for (const part of ['package.json', 'dist'])
    await cp(join(ROOT, part), join(home, part), { recursive: true })
  for (const name of installed) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), link)
  }
  const program = `console.log(JSON.stringify(Object.keys(await import('${entry}'))))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })
  expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(gives))
})
