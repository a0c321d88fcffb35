/**
 * Does what the README and the pages in docs/ say, word for word: runs their `sh` blocks in order and checks what they
 * print against their `# →` lines, and writes their named blocks to files. A page begins in this checkout; from
 * `npm install sallyport` on it is in an empty folder, where `sallyport` is the tarball that `npm pack` made of it.
 *
 *   tsx scripts/run-docs.ts TARBALL
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

interface Block {
  readonly language: string
  /** The file that the block is, where it is one. */
  readonly file: string | undefined
  readonly text: string
}

const tarball = resolve(process.argv[2] ?? '')
const folder = mkdtempSync(join(tmpdir(), 'sallyport-readme-'))
const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)
let servers: ChildProcess[] = []
let where = process.cwd()

try {
  execFileSync('npm', ['init', '--yes'], { cwd: folder, stdio: 'ignore' })
  for (const page of pages) await follow(page)
} finally {
  await stopServers()
  rmSync(folder, { recursive: true, force: true })
}

async function follow(page: string): Promise<void> {
  const blocks = readBlocks(readFileSync(page, 'utf8')).filter(isDone)
  if (blocks.length === 0) return
  where = process.cwd()
  for (const block of blocks) await perform(page, block)
  await stopServers()
  console.log(`${page}: ${blocks.length} blocks did what they say`)
}

async function stopServers(): Promise<void> {
  const running = servers.filter(({ exitCode }) => exitCode === null)
  servers = []
  await Promise.all(
    running.map(async (server) => {
      const ended = once(server, 'exit')
      // A group each: npm's child is the server.
      if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM')
      await ended
    }),
  )
}

function readBlocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', file, body = '']) => ({ language, file, text: body }),
  )
}

/** What a block shows rather than says to do is in another language; the tests are run by whoever runs this. */
function isDone({ language, file, text }: Block): boolean {
  return file !== undefined || (language === 'sh' && !text.includes('npm ci && npm test'))
}

async function perform(page: string, { file, text }: Block): Promise<void> {
  if (file !== undefined) writeFileSync(join(folder, file), text)
  else if (/^(npm ci && npm start|node \S+)$/.test(text.trim())) await startServer(text.trim())
  else runShell(page, text)
}

/** `npm ci` was done by whoever runs this. */
async function startServer(command: string): Promise<void> {
  const server = spawn('bash', ['-c', command.replace('npm ci && ', '')], {
    cwd: where,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  servers.push(server)
  await new Promise<void>((ready, fail) => {
    let output = ''
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      if (output.includes('http://')) ready()
    })
    server.once('exit', (code) => fail(new Error(`${command}: exit ${code}\n${output}`)))
  })
  server.removeAllListeners('exit')
}

function runShell(page: string, text: string): void {
  if (text.includes('npm install sallyport')) where = folder
  const script = text.replace('npm install sallyport', `npm install ${tarball}`)
  const output = execFileSync('bash', ['-eu', '-o', 'pipefail', '-c', `TOKEN=''\n${script}`], {
    cwd: where,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let from = 0
  for (const [, expected = ''] of text.matchAll(/^# → (.*)$/gm)) {
    const at = output.indexOf(expected, from)
    if (at < 0) throw new Error(`${page}: nothing prints\n  ${expected}\nin\n${text}\nprinted\n${output}`)
    from = at + expected.length
  }
}
