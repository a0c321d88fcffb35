/**
 * Kills the built server in the middle of its work, again and again, and looks each time at the whole database, and at
 * whether all that was answered holds.
 *
 *   npx tsx test/soak/kill.ts --rounds 200 --provider postgresql
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findBreaches } from '../support/invariants.js'
import { startCluster } from '../support/postgresql-cluster.js'
import { openReader } from '../support/read-database.js'
import { createClient } from './kill-client.js'
import { startServer } from './killed-server.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    provider: { type: 'string', default: 'sqlite' },
    minutes: { type: 'string', default: '60' },
    main: { type: 'string', default: fileURLToPath(new URL('../../dist/main.js', import.meta.url)) },
  },
})
const until = Date.now() + Number(values.minutes) * 60_000
const folder = await mkdtemp(join(tmpdir(), 'sallyport-soak-'))
const cluster = values.provider === 'postgresql' ? await startCluster() : null
const databaseUrl = cluster?.url ?? `file:${join(folder, 'soak.db')}`
const clients = Array.from({ length: 6 }, (_, index) => createClient(`client-${index}`))
const problems: string[] = []
let rounds = 0
try {
  while (rounds < Number(values.rounds) && Date.now() < until) {
    const found = await killOnce()
    for (const problem of found) console.error(`round ${rounds}: ${problem}`)
    problems.push(...found)
    rounds++
    if (rounds % 20 === 0) report()
  }
} finally {
  report()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exit(problems.length === 0 ? 0 : 1)

/** One life of the server: what the last one left is looked at first, before anybody changes it. */
async function killOnce(): Promise<string[]> {
  const server = await startServer(values.main, { folder, databaseUrl })
  const reader = await openReader(databaseUrl)
  const breaches = findBreaches(await reader.read())
  await reader.close()
  const broken = (await Promise.all(clients.map((client) => client.check(server.url)))).flat()
  const using = Promise.allSettled(clients.map((client) => client.use(server.url)))
  const enough = countAnswers() + Math.random() * 60
  while (countAnswers() < enough) await sleep(Math.random() * 5)
  await server.kill()
  const refused = (await using).flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  return [...breaches, ...broken, ...refused]
}

function countAnswers(): number {
  return clients.reduce((sum, client) => sum + client.answered(), 0)
}

function report(): void {
  console.log(
    `${values.provider}: killed ${rounds} times, ${countAnswers()} answers, ${problems.length} problems`,
  )
}
