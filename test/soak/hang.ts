/**
 * Stops every process of PostgreSQL under load, for 5 to 45 s, as a paused virtual machine or a stuck disk does; lets it go
 * on, and looks each time at the whole database and at what every client was answered. Lanes run side by side, since most
 * of the time is waiting.
 *
 *   npx tsx test/soak/hang.ts --rounds 100 --lanes 5 --seed 7
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startCluster } from '../support/postgresql-cluster.js'
import { startGround } from './hang-ground.js'
import { type HangReport, hangOnce } from './hang-lane.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    lanes: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    min: { type: 'string', default: '5' },
    max: { type: 'string', default: '45' },
    main: { type: 'string', default: fileURLToPath(new URL('../../dist/main.js', import.meta.url)) },
  },
})
const until = Date.now() + Number(values.minutes) * 60_000
const nextRandom = createRandom(Number(values.seed))
const reports: HangReport[] = []
let begun = 0

console.log(`seed ${values.seed}: ${values.rounds} hangs in ${values.lanes} lanes`)
await Promise.all(Array.from({ length: Number(values.lanes) }, runLane))
report()
process.exit(reports.every(({ problems }) => problems.length === 0) ? 0 : 1)

async function runLane(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-hang-'))
  const cluster = await startCluster()
  try {
    const ground = await startGround(values.main, folder, cluster)
    while (begun < Number(values.rounds) && Date.now() < until) {
      const round = ++begun
      const seconds = Number(values.min) + nextRandom() * (Number(values.max) - Number(values.min))
      const done = await hangOnce(ground, Math.round(seconds * 1000))
      reports.push(done)
      for (const problem of done.problems) console.error(`round ${round}: ${problem}`)
      console.log(`round ${round}: ${describe(done)}`)
    }
    await ground.kill()
  } finally {
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function describe({ hangMs, readyMs, slowestMs, counts, problems }: HangReport): string {
  const codes = [...counts].map(([code, count]) => `${code} ${count}`).join(', ')
  return `hung ${(hangMs / 1000).toFixed(1)} s, ready after ${readyMs} ms, slowest response ${Math.round(slowestMs)} ms; ${codes}; ${problems.length} problems`
}

function report(): void {
  const all = (pick: (report: HangReport) => number) => reports.map(pick).sort((a, b) => a - b)
  const problems = reports.flatMap((one) => one.problems)
  const counts = new Map<string, number>()
  for (const one of reports) {
    for (const [code, count] of one.counts) counts.set(code, (counts.get(code) ?? 0) + count)
  }
  console.log(
    `seed ${values.seed}: ${reports.length} hangs, ${problems.length} problems; ready after ${all(({ readyMs }) => readyMs).at(-1)} ms, ` +
      `slowest response ${Math.round(all(({ slowestMs }) => slowestMs).at(-1) ?? 0)} ms at most; ` +
      [...counts].map(([code, count]) => `${code} ${count}`).join(', '),
  )
}

/** Mulberry32: the same lengths for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
