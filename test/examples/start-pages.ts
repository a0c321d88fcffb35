import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RUNNER = fileURLToPath(new URL('./run-pages.mjs', import.meta.url))

/** The named blocks of a page, written to a folder in which the packages that they import are installed. */
export interface Page {
  readonly folder: string
  readonly files: readonly string[]
  remove(): Promise<void>
}

/** Writes the programs of a page word for word. */
export async function writePage(page: string): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-pages-'))
  const text = await readFile(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/^```(?:js|ts|json) (\S+)\n([\s\S]*?)^```$/gm)]
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const packages = new Set(['sallyport'])
  for (const [, file = '', body = ''] of blocks) {
    await writeFile(join(folder, file), body)
    for (const [, name = ''] of body.matchAll(/(?:from|import) '((?:@[^/']+\/)?[^/']+)/g)) packages.add(name)
  }
  for (const name of packages) await install(name, folder)
  return {
    folder,
    files: blocks.map(([, file = '']) => file),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function install(name: string, folder: string): Promise<void> {
  if (name.startsWith('node:')) return
  const link = join(folder, 'node_modules', name)
  await mkdir(dirname(link), { recursive: true })
  await symlink(name === 'sallyport' ? ROOT : join(ROOT, 'node_modules', name), link)
}

export interface RunningPages {
  /** Program → the address that it printed. */
  readonly addresses: ReadonlyMap<string, string>
  stop(): Promise<void>
}

/** Starts programs in one process, each on a free port. Rejects with all that they wrote if one does not listen. */
export async function startPages(
  { folder }: Page,
  files: readonly string[],
  secret: string,
): Promise<RunningPages> {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')
  const child = spawn(process.execPath, ['--import', tsx, RUNNER, ...files], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', JWT_SECRET_KEY: secret, GRAPHILE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const addresses = await readAddresses(child, files.length)
  return {
    addresses,
    async stop() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

async function readAddresses(child: ChildProcess, count: number): Promise<Map<string, string>> {
  const addresses = new Map<string, string>()
  let written = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the programs ended before all listened\n${written}`)))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      written += text
      for (const [, file = '', address = ''] of written.matchAll(/^listening (\S+) (\S+)$/gm)) {
        addresses.set(file, address)
      }
      if (addresses.size === count) resolve()
    })
  })
  return addresses
}
