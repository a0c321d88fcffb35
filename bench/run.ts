/**
 * Processor time per request, of the built server and of bare Yoga, on a field that reads no database. Each target runs
 * alone on one core, the load on the other; rounds alternate, so that what the machine does meanwhile meets all alike.
 *
 *   npm run bench                 five rounds of four seconds
 *   npm run bench -- --rounds 9 --seconds 2
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { query } from './targets/schema.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const TARGETS = ['sallyport', 'yoga-tuned', 'yoga-stock'] as const
const BASELINE = 'yoga-tuned'
const CONNECTIONS = 20

interface Target {
  readonly name: string
  readonly process: ChildProcess
  readonly url: string
  readonly token?: string
  readonly samples: number[]
}

const isPinned = pinThisProcess()
const targets = await Promise.all(TARGETS.map(start))
for (const target of targets) await load(target, 2)
for (let round = 0; round < ROUNDS; round++) {
  for (const target of targets) target.samples.push(await measure(target))
}
print()
for (const target of targets) target.process.kill()

function pinThisProcess(): boolean {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false
  try {
    execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function start(name: string): Promise<Target> {
  const script = fileURLToPath(new URL(`./targets/${name}.ts`, import.meta.url))
  const node = [process.execPath, '--import', 'tsx', script]
  const [command = '', ...args] = isPinned ? ['taskset', '-c', '0', ...node] : node
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const [ready] = (await once(child, 'message')) as [{ url: string; token?: string }]
  return { name, process: child, samples: [], ...ready }
}

async function load({ url, token }: Target, seconds: number): Promise<number> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result['2xx']
}

/** Microseconds of processor time per request. */
async function measure(target: Target): Promise<number> {
  const before = await readUsage(target)
  const requests = await load(target, SECONDS)
  const after = await readUsage(target)
  return (after - before) / requests
}

async function readUsage({ process: child }: Target): Promise<number> {
  child.send('usage')
  const [usage] = (await once(child, 'message')) as [{ cpuMicroseconds: number }]
  return usage.cpuMicroseconds
}

function print(): void {
  const baseline = targets.find(({ name }) => name === BASELINE)?.samples ?? []
  console.log(`CPU time per request, ${ROUNDS} rounds of ${SECONDS} s, ${isPinned ? '' : 'not '}pinned`)
  for (const { name, samples } of targets) {
    const ratios = samples.map((sample, round) => sample / (baseline[round] ?? Number.NaN))
    const [low, high] = [Math.min(...samples), Math.max(...samples)]
    console.log(
      `${name.padEnd(12)} ${median(samples).toFixed(1).padStart(7)} µs (${low.toFixed(1)} to ${high.toFixed(1)})` +
        `  ${median(ratios).toFixed(3)} × ${BASELINE}`,
    )
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
