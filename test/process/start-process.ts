import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { noteLog } from '../support/leaks.js'

export const PASSWORD = 'correct horse battery'

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const DEADLINE_MS = 40_000

/** How to start the program. */
export interface Start {
  /** Where it runs, and so where its `data` is made. */
  folder: string
  /** All that it has of an environment, beside `PATH`. */
  env?: Record<string, string>
  /** Its standard input; nothing by default. */
  input?: string
  /**
   * Blocks of 512 bytes that no file of its may exceed: to its database, the disk is full there. To its output too, but
   * pipes have no size.
   */
  maxFileBlocks?: number
  /** Whether the modes of files hold for it also when the tests run as root. */
  asOrdinaryUser?: boolean
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface RunningProgram {
  readonly child: ChildProcess
  /** Resolves when it has ended and all that it wrote is read. */
  readonly ended: Promise<Ended>
  /** Waits until it has written this; rejects, with all that it wrote, when it ends before or the time is up. */
  untilWritten(to: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>
}

/** A folder of one's own, which goes when the test is over. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-process-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the built program. However the test ends, the process ends with it. */
export function startProgram(args: readonly string[], start: Start): RunningProgram {
  return startProcess(commandLine(args, start), start)
}

/** Starts any program. However the test ends, the process ends with it. */
export function startProcess(
  [command = '', ...rest]: readonly string[],
  start: Pick<Start, 'folder' | 'env' | 'input'>,
): RunningProgram {
  const child = spawn(command, rest, {
    cwd: start.folder,
    env: { PATH: process.env.PATH, ...start.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text
  })
  // It may end without reading it.
  child.stdin.on('error', () => {})
  child.stdin.end(start.input ?? '')

  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      noteLog(written.stderr)
      resolve({ code, signal, ...written })
    })
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })

  function untilWritten(to: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`${why}: ${pattern}\n${written.stdout}${written.stderr}`))
      const timer = setTimeout(() => fail('it did not write in time'), DEADLINE_MS)
      const look = () => {
        const match = pattern.exec(written[to])
        if (match === null) return
        clearTimeout(timer)
        child[to]?.off('data', look)
        resolve(match)
      }
      child[to]?.on('data', look)
      child.once('close', () => {
        clearTimeout(timer)
        fail('it ended without writing')
      })
      look()
    })
  }

  return { child, ended, untilWritten }
}

/** Runs the program until it ends. */
export function runProgram(args: readonly string[], start: Start): Promise<Ended> {
  return startProgram(args, start).ended
}

/** Root may do what modes forbid, unless that right is given up. */
const GIVE_UP_RIGHTS = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--']

function commandLine(args: readonly string[], { maxFileBlocks, asOrdinaryUser }: Start): string[] {
  const plain = [process.execPath, MAIN, ...args]
  const isRoot = process.getuid?.() === 0
  const command = asOrdinaryUser === true && isRoot ? [...GIVE_UP_RIGHTS, ...plain] : plain
  if (maxFileBlocks === undefined) return command
  return ['sh', '-c', `ulimit -f ${maxFileBlocks} && exec "$@"`, 'sh', ...command]
}
