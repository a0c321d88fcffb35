import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['', 'docs/', 'docs/contributing/', 'examples/'].flatMap((folder) =>
  readdirSync(resolve(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}${name}`),
)

/** The text without what is code: a link there is none. */
function readProse(path: string): string {
  return readFileSync(path, 'utf8')
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, 'code')
}

/** What a page links to, other hosts aside. */
function linksOf(page: string): string[] {
  return [...readProse(resolve(root, page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https?:/.test(link))
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-'),
  )
}

test.each(pages)('%s: what it links to is there', (page) => {
  const broken = linksOf(page).filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? resolve(root, page) : resolve(root, dirname(page), file)
    if (!existsSync(target)) return true
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('what the pages of the npm package link to is in it', () => {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(told)
  const packed = files.map(({ path }) => path)
  const targets = pages
    .filter((page) => packed.includes(page))
    .flatMap((page) => linksOf(page).map((link) => [page, link.split('#')[0] ?? ''] as const))
    .filter(([, file]) => file !== '')
    .map(([page, file]) => relative(root, resolve(root, dirname(page), file)))
  const isPacked = (target: string) => packed.some((path) => path === target || path.startsWith(`${target}/`))
  expect(targets).toContain('examples')
  expect(targets.filter((target) => !isPacked(target))).toEqual([])
})

test.each([
  ['parity.md', /^\| (P\d\d) \|/gm],
  ['guard-cases.md', /^- (G\d\d) /gm],
])('every id of docs/contributing/%s is in the name of a test', (page, id) => {
  const ids = [...readFileSync(resolve(root, 'docs/contributing', page), 'utf8').matchAll(id)]
  const tests = readdirSync(resolve(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(resolve(root, 'test', name), 'utf8'))
    .join('\n')
  expect(ids.length).toBeGreaterThan(40)
  expect(ids.map(([, name = '']) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(tests))).toEqual(
    [],
  )
})
