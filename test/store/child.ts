import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A process of its own that runs a script of `children/` on a database. */
export interface Child {
  process: ChildProcessWithoutNullStreams
  /** The lines of its standard output, as they come. */
  lines: AsyncIterableIterator<string>
  /** Settles when it has ended: its exit code, and what it wrote to standard error. */
  ended: Promise<{ code: number | null; errors: string }>
}

/** Starts one; whatever becomes of the test, it is gone afterwards. */
export function startChild(script: 'open' | 'write', databaseUrl: string): Child {
  const file = fileURLToPath(new URL(`children/${script}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', file, databaseUrl])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  return {
    process: child,
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    ended: once(child, 'close').then(([code]) => ({ code, errors })),
  }
}
