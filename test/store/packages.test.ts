import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../support/database.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const mine = inject('provider') === 'sqlite' ? 'adapter-better-sqlite3' : 'adapter-pg'
const others = inject('provider') === 'sqlite' ? 'adapter-pg' : 'adapter-better-sqlite3'

/** Our sources, in a folder whose `node_modules` lack one package of `@prisma`. */
async function installWithout(missing: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const part of ['src/base', 'src/store', 'prisma']) {
    await cp(join(root, part), join(folder, part), { recursive: true })
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await linkAll({ from: join(root, 'node_modules'), to: join(folder, 'node_modules'), except: '@prisma' })
  await linkAll({
    from: join(root, 'node_modules/@prisma'),
    to: join(folder, 'node_modules/@prisma'),
    except: missing,
  })
  await writeFile(
    join(folder, 'open.ts'),
    `import { openStore } from './src/store/open-store.js'
     const store = await openStore({ databaseUrl: process.argv[2] }).catch((error) => error)
     console.log(store.message ?? store.provider)
     process.exit(0)`,
  )
  return folder
}

async function linkAll({ from, to, except }: { from: string; to: string; except: string }): Promise<void> {
  await mkdir(to)
  const names = (await readdir(from)).filter((name) => name !== except && !name.startsWith('.'))
  await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))))
}

async function openWithout(missing: string): Promise<string> {
  const database = await freshDatabase()
  onTestFinished(() => database.drop())
  const folder = await installWithout(missing)
  const args = ['--import', 'tsx', 'open.ts', database.databaseUrl]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
  return stdout.trim()
}

test("a database opens without the other database's packages", async () => {
  expect(await openWithout(others)).toBe(inject('provider'))
})

test('where its own package is missing the error says what to install', async () => {
  const packages =
    inject('provider') === 'sqlite'
      ? '@prisma/client @prisma/adapter-better-sqlite3 better-sqlite3'
      : '@prisma/client @prisma/adapter-pg'
  expect(await openWithout(mine)).toBe(
    `databaseUrl: ${inject('provider')} needs packages that are not installed: npm install ${packages}`,
  )
})
