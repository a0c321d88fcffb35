import { readdir, readFile } from 'node:fs/promises'
import process from 'node:process'

/** The processes of a database, stopped as by a paused virtual machine. */
export interface StoppedDatabase {
  resume(): void
}

/** Stops the process and all of its descendants by SIGSTOP. Linux only: it reads `/proc`. */
export async function stopDatabase(pid: number): Promise<StoppedDatabase> {
  const stopped = new Set<number>()
  for (;;) {
    // A process that forks while the others are stopped leaves a child behind: look again until there is none.
    const running = (await listDescendants(pid)).filter((one) => !stopped.has(one))
    if (running.length === 0) break
    for (const one of running) {
      signal(one, 'SIGSTOP')
      stopped.add(one)
    }
  }
  const resume = () => {
    for (const one of stopped) signal(one, 'SIGCONT')
    process.off('exit', resume)
  }
  process.on('exit', resume)
  return { resume }
}

/** Parents come before their children. */
async function listDescendants(root: number): Promise<number[]> {
  const children = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    const parent = /^\d+$/.test(name) ? await parentOf(name) : null
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** Null when the process has ended since it was listed. */
async function parentOf(pid: string): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The command's name stands in parentheses, and may hold blanks.
  const parent = text?.slice(text.lastIndexOf(')') + 2).split(' ')[1]
  return parent === undefined ? null : Number(parent)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended.
  }
}
