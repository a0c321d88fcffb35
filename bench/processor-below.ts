import { readdir, readFile } from 'node:fs/promises'

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly processorMs: number
}

/** Processor time, in milliseconds, of a process and all below it, ended ones too. `NaN` but on Linux, which tells. */
export async function processorMsBelow(pid: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const stats = (await Promise.all(pids.map(readStat))).filter((stat) => stat !== null)
  const below = [pid]
  // It grows while it is gone through.
  for (const at of below) below.push(...stats.filter(({ parent }) => parent === at).map((stat) => stat.pid))
  if (stats.length === 0) return Number.NaN
  return stats
    .filter((stat) => below.includes(stat.pid))
    .reduce((sum, { processorMs }) => sum + processorMs, 0)
}

/** Null: it has ended meanwhile. */
async function readStat(pid: string): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  // The second field is the name, in brackets, and may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  // Its own, and what those had used that it outlived, in ticks of 10 ms.
  const ticks = fields.slice(11, 15).reduce((sum, time) => sum + time, 0)
  return { pid: Number(pid), parent: fields[1] ?? 0, processorMs: ticks * 10 }
}
