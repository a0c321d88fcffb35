/**
 * Does what the README says, word for word: runs its shell blocks in order and checks what they print against their
 * `# →` lines, and writes its named blocks to files. Up to `npm install` the blocks run in this checkout; from there on
 * in an empty folder, where `sallyport` is the tarball that `npm pack` made of it.
 *
 *   tsx scripts/readme.ts TARBALL
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const servers: ChildProcess[] = []
let where = process.cwd()
let ran = 0

try {
  execFileSync('npm', ['init', '--yes'], { cwd: folder, stdio: 'ignore' })
  for (const block of readBlocks(readFileSync('README.md', 'utf8'))) await perform(block)
  console.log(`README: ${ran} blocks did what they say`)
} finally {
  // A group each: npm's child is the server.
  for (const server of servers) if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}

function readBlocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', file, body = '']) => ({ language, file, text: body }),
  )
}

async function perform({ language, file, text }: Block): Promise<void> {
  ran++
  if (file !== undefined) writeFileSync(join(folder, file), text)
  else if (language !== 'sh' || text.includes('npm ci && npm test')) ran--
  else if (/^(npm ci && npm start|node \S+)$/.test(text.trim())) await startServer(text.trim())
  else runShell(text)
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

function runShell(text: string): void {
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
    if (at < 0) throw new Error(`README: nothing prints\n  ${expected}\nin\n${text}\nprinted\n${output}`)
    from = at + expected.length
  }
}
