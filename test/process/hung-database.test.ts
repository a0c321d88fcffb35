import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startGround } from '../soak/hang-ground.js'
import { hangOnce } from '../soak/hang-lane.js'
import { stopDatabase } from '../soak/stopped-database.js'
import { startCluster } from '../support/postgresql-cluster.js'
import { MAIN, makeFolder } from './start-process.js'
import { startServer } from './start-server.js'

test('F28: a stop takes 10 s at most while the database hangs under a request', {
  timeout: 120_000,
}, async () => {
  const cluster = await startCluster()
  onTestFinished(() => cluster.stop())
  const server = await startServer({ folder: await makeFolder(), env: { DATABASE_URL: cluster.url } })
  const { accessToken } = await server.signUp('ada')
  const stopped = await stopDatabase(cluster.pid)
  onTestFinished(() => stopped.resume())
  const asked = server.ask('{ me { id } }', accessToken).catch(() => null)
  await delay(200)

  const begun = performance.now()
  server.child.kill('SIGTERM')
  expect(await server.ended).toMatchObject({ code: 0, signal: null })
  // The process itself needs a moment to end, and the machine may be busy.
  expect(performance.now() - begun).toBeLessThan(12_000)
  await asked
})

/** The short form of `test/soak/hang.ts`: longer than a transaction may take, so that some end in the middle. */
test('F25: a database that hangs for 12 s under load leaves nothing half done', {
  timeout: 120_000,
}, async () => {
  const cluster = await startCluster()
  onTestFinished(() => cluster.stop())
  const ground = await startGround(MAIN, await makeFolder(), cluster)
  onTestFinished(() => ground.kill())
  const { problems, counts } = await hangOnce(ground, 12_000)
  expect(problems).toEqual([])
  expect(counts.get('UNAVAILABLE')).toBeGreaterThan(0)
})
