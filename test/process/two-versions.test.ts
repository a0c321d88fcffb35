import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/store/migrate.js'
import { type Migration, readMigrations } from '../../src/store/migrations.js'
import { withTarget } from '../store/migration-target.js'
import { startCluster } from '../support/postgresql-cluster.js'
import { makeFolder, runProgram } from './start-process.js'
import { type Answer, type RunningServer, startServer } from './start-server.js'

/** What a later version adds: what this one need not know. */
const EXPANDS: Migration = {
  name: '99990101000000_expands',
  sql: `-- compatible-with: all
    ALTER TABLE "users" ADD COLUMN "later" INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE "sessions" ADD COLUMN "later" TEXT;
    ALTER TABLE "tokens" ADD COLUMN "later" TEXT;
    CREATE TABLE "later" ("id" TEXT NOT NULL PRIMARY KEY, "user_id" TEXT REFERENCES "users"("id"));`,
  checksum: 'e'.repeat(64),
}
/** What a version after that takes away: only versions that know the one before can do without. */
const CONTRACTS: Migration = {
  name: '99990102000000_contracts',
  sql: `-- compatible-with: ${EXPANDS.name}
    ALTER TABLE "users" DROP COLUMN "username";`,
  checksum: 'c'.repeat(64),
}

const PROVIDERS = [
  { provider: 'sqlite' as const, open: async (folder: string) => `file:${join(folder, 'auth.db')}` },
  {
    provider: 'postgresql' as const,
    open: async () => {
      const cluster = await startCluster()
      onTestFinished(() => cluster.stop())
      return cluster.url
    },
  },
]

test.each(PROVIDERS)(
  'F30: a version works beside a newer one on $provider, starts again on its schema, and refuses what it cannot use',
  { timeout: 180_000 },
  async ({ provider, open }) => {
    const folder = await makeFolder()
    const databaseUrl = await open(folder)
    const start = { folder, env: { DATABASE_URL: databaseUrl } }
    const committed = await readMigrations(provider)
    const upgrade = (...further: Migration[]) =>
      withTarget(databaseUrl, (target) => migrate(target, [...committed, ...further]))

    const old = await startServer(start)
    await old.signUp('ada')
    const loadOnOld = startLoad(old)
    expect(await upgrade(EXPANDS)).toEqual([EXPANDS.name])
    const fresh = await startServer(start)
    await fresh.untilWritten('stderr', warningOf(EXPANDS.name))
    const loadOnFresh = startLoad(fresh)
    expect(await loadOnOld.stop()).toEqual([])

    old.child.kill('SIGKILL')
    await old.ended
    const again = await startServer(start)
    await again.untilWritten('stderr', warningOf(EXPANDS.name))
    const loadOnAgain = startLoad(again)
    expect(await loadOnAgain.stop()).toEqual([])
    expect(await loadOnFresh.stop()).toEqual([])

    expect(await upgrade(EXPANDS, CONTRACTS)).toEqual([CONTRACTS.name])
    const refused = await runProgram(['serve'], start)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      new RegExp(
        `^sallyport: DATABASE_URL: .*the migration ${CONTRACTS.name}, unknown here: .*newer version`,
      ),
    )
  },
)

test('F30: serve --no-migrate refuses pending migrations, and names them and the command that applies them', async () => {
  const folder = await makeFolder()
  const databaseUrl = `file:${join(folder, 'auth.db')}`
  const start = { folder, env: { DATABASE_URL: databaseUrl, PORT: '0' } }
  const committed = await readMigrations('sqlite')
  const newest = committed.at(-1)?.name
  expect((await runProgram(['serve', '--no-migrate'], start)).stderr).toContain('`npx sallyport migrate`')
  await withTarget(databaseUrl, (target) => migrate(target, committed.slice(0, -1)))

  for (const { args, env } of [
    { args: ['serve', '--no-migrate'], env: {} },
    { args: ['serve'], env: { MIGRATE_ON_START: 'false' } },
  ]) {
    const { code, stdout, stderr } = await runProgram(args, { folder, env: { ...start.env, ...env } })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`the migration ${newest} is pending, and \`npx sallyport migrate\` applies it`)
  }
  expect(await runProgram(['migrate'], start)).toMatchObject({ code: 0, stderr: '' })
  await startServer({ ...start, env: { ...start.env, MIGRATE_ON_START: 'false' } })
})

function warningOf(migration: string): RegExp {
  return new RegExp(`"migrations":\\["${migration}"\\].*a newer version has migrated`)
}

/** Logs ada in and refreshes, over and over; `stop` returns the codes of what failed, after at least one round. */
function startLoad(server: RunningServer): { stop(): Promise<string[]> } {
  const failures: string[] = []
  let stopping = false
  const note = ({ code }: Answer) => {
    if (code !== undefined) failures.push(code)
  }
  const over = (async () => {
    do {
      let { refreshToken } = await server.logIn('ada')
      for (let round = 0; round < 5; round++) {
        const answer = await server.ask(
          `mutation { refresh(refreshToken: "${refreshToken}") { refreshToken } }`,
        )
        note(answer)
        refreshToken = answer.data?.refresh?.refreshToken ?? refreshToken
      }
    } while (!stopping)
  })()
  // It may fail before `stop` is called, which then throws.
  over.catch(() => {})
  return {
    stop: async () => {
      stopping = true
      await over
      return failures
    },
  }
}
