import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { digestSources, isBuilt, removeStamp, stampBuild } from '../../scripts/build-stamp.js'

type Root = ReturnType<typeof makeBuilt>

/** A folder with sources, and what was built from them. */
function makeBuilt() {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-build-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const remove = (path: string) => rmSync(join(root, path), { recursive: true, force: true })
  const rename = (from: string, to: string) => renameSync(join(root, from), join(root, to))
  for (const path of [
    'src/main.ts',
    'src/http/app.ts',
    'src/store/generated/client.ts',
    'prisma/schema.prisma',
  ]) {
    write(path, path)
  }
  for (const path of ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'])
    write(path, '{}')
  for (const path of ['dist/main.js', 'dist/http/app.js']) write(path, path)
  stampBuild(root, digestSources(root))
  return { root, write, remove, rename, isCurrent: () => isBuilt(root, digestSources(root)) }
}

test('what was built of these sources is up to date, and also when they are written again', () => {
  const { write, isCurrent } = makeBuilt()
  expect(isCurrent()).toBe(true)
  write('src/main.ts', 'src/main.ts')
  write('src/store/generated/client.ts', 'src/store/generated/client.ts')
  write('docs/page.md', 'not a part of it')
  expect(isCurrent()).toBe(true)
})

test.each<[string, (root: Root) => void]>([
  ['a source changes', ({ write }) => write('src/http/app.ts', 'src/http/app.tS')],
  ['a source is added', ({ write }) => write('src/http/new.ts', '')],
  ['a source is removed', ({ remove }) => remove('src/http/app.ts')],
  ['a source is renamed', ({ rename }) => rename('src/http/app.ts', 'src/http/door.ts')],
  ['a migration is added', ({ write }) => write('prisma/sqlite/migrations/1/migration.sql', '')],
  ['the schema of the database changes', ({ write }) => write('prisma/schema.prisma', '')],
  ['a package is installed', ({ write }) => write('node_modules/.package-lock.json', '{ "a": 1 }')],
  ['all packages are installed anew', ({ remove }) => remove('node_modules')],
  ['the way to build changes', ({ write }) => write('scripts/bundle.ts', '')],
  ['what was built is gone', ({ remove }) => remove('dist')],
  ['a part of it is gone', ({ remove }) => remove('dist/http/app.js')],
  ['a part of it was written by another build', ({ write }) => write('dist/main.js', 'another')],
  ['the client was generated of another schema', ({ write }) => write('src/store/generated/client.ts', '')],
  ['the client is gone', ({ remove }) => remove('src/store/generated')],
  ['the last build failed', ({ root }) => removeStamp(root)],
  ['the stamp is half-written', ({ write }) => write('node_modules/.cache/sallyport/build.json', '{ "sou')],
])('it is not where %s', (_what, change) => {
  const built = makeBuilt()
  change(built)
  expect(built.isCurrent()).toBe(false)
})

test('nor where a source changed while it was built', () => {
  const { root, write, isCurrent } = makeBuilt()
  const sources = digestSources(root)
  write('src/main.ts', 'changed')
  stampBuild(root, sources)
  expect(isCurrent()).toBe(false)
})
