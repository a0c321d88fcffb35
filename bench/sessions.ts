/**
 * What logging in and refreshing cost, beside the least that they could: the raw hash, and the bare statements of a
 * rotation through Prisma on the same database. Ratios of one run; SQLite, then PostgreSQL.
 *
 *   npx tsx bench/sessions.ts
 *   npx tsx bench/sessions.ts --seconds 10 --provider sqlite
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { verify } from '@node-rs/argon2'
import { createSallyport, type Sallyport } from '../src/index.js'
import type { SessionRecord, Store } from '../src/store/contract.js'
import { openStore } from '../src/store/open-store.js'
import { startCluster } from '../test/support/postgresql-cluster.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    provider: { type: 'string', multiple: true, default: ['sqlite', 'postgresql'] },
  },
})
const SECONDS = Number(values.seconds)
const ROUNDS = Number(values.rounds)
const CHAINS = 8
const HASHES_AT_ONCE = 3
const PASSWORD = 'correct horse battery'

for (const provider of values.provider) await measure(provider)
process.exit(0)

async function measure(provider: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'))
  const cluster = provider === 'postgresql' ? await startCluster() : null
  const databaseUrl = cluster?.url ?? `file:${join(folder, 'bench.db')}`
  const sallyport = await createSallyport({ databaseUrl, secret: randomUUID() + randomUUID() })
  const store = await openStore({ databaseUrl })
  const { userId, hash } = await signUp(sallyport, store)

  const refreshes: Speed[] = []
  const bare: Speed[] = []
  const logins: Speed[] = []
  const hashes: Speed[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await rateOf(await bareRotations(store, userId)))
    refreshes.push(await rateOf(await refreshing(sallyport, userId)))
    hashes.push(await rateOf(Array.from({ length: HASHES_AT_ONCE }, () => () => verify(hash, PASSWORD))))
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    logins.push(await rateOf(Array.from({ length: 12 }, () => () => logIn(sallyport))))
    delay.disable()
    delays.push(delay.percentile(99) / 1e6)
  }
  console.log(`${provider}: ${ROUNDS} rounds of ${SECONDS} s, median`)
  print('refreshes', refreshes, 'bare statements', bare)
  print('logins', logins, 'raw hashes', hashes)
  console.log(`  event loop while logins flood: p99 ${median(delays).toFixed(1)} ms late`)
  await sallyport.close()
  await store.close()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
}

interface Speed {
  readonly perSecond: number
  /** Of this process, in milliseconds a step: what a machine that is busy otherwise does not change much. */
  readonly processorMs: number
}

/** Each chain does its step one after the other. */
async function rateOf(chains: readonly (() => Promise<unknown>)[]): Promise<Speed> {
  for (const step of chains) await step()
  let done = 0
  const used = process.cpuUsage()
  const began = performance.now()
  const until = began + SECONDS * 1000
  await Promise.all(
    chains.map(async (step) => {
      while (performance.now() < until) {
        await step()
        done++
      }
    }),
  )
  const { user, system } = process.cpuUsage(used)
  return {
    perSecond: (done * 1000) / (performance.now() - began),
    processorMs: (user + system) / 1000 / done,
  }
}

async function ask(sallyport: Sallyport, query: string, variables: object) {
  const request = new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await (await sallyport.fetch(request)).json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: an answer's data
    data: any
    errors?: unknown
  }
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

async function signUp(sallyport: Sallyport, store: Store): Promise<{ userId: string; hash: string }> {
  const { signup } = await ask(
    sallyport,
    'mutation ($input: SignupInput!) { signup(input: $input) { user { id } } }',
    { input: { username: 'ada', password: PASSWORD } },
  )
  const user = await store.findUser(signup.user.id)
  return { userId: signup.user.id, hash: user?.passwordHash ?? '' }
}

function logIn(sallyport: Sallyport): Promise<unknown> {
  return ask(
    sallyport,
    'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }',
    {
      input: { username: 'ada', password: PASSWORD },
    },
  )
}

async function refreshing(sallyport: Sallyport, userId: string) {
  return Promise.all(
    Array.from({ length: CHAINS }, async () => {
      let token = await sallyport.tokens.issueRefresh({ subject: userId })
      return async () => {
        const { refresh } = await ask(
          sallyport,
          'mutation ($t: String) { refresh(refreshToken: $t) { accessToken refreshToken } }',
          { t: token },
        )
        token = refresh.refreshToken
      }
    }),
  )
}

/** What a rotation asks of the database, and nothing else: no token is read, verified or signed. */
async function bareRotations(store: Store, userId: string) {
  return Promise.all(
    Array.from({ length: CHAINS }, async () => {
      const now = new Date()
      const marks = { revokedAt: null, revokedReason: null }
      let session: SessionRecord = {
        ...{ id: randomUUID(), userId, device: null, ip: null, userAgent: null, csrf: randomUUID() },
        ...{ authTime: now, createdAt: now, lastUsedAt: now, ...marks, ...pairAt(now) },
      }
      const rows = () =>
        (['access', 'refresh'] as const).map((type) => ({
          ...{
            jti: session[`${type}Jti`],
            type,
            userId,
            sessionId: session.id,
            fresh: false,
            freshUntil: null,
          },
          ...{ issuedAt: session.issuedAt, expiresAt: session[`${type}ExpiresAt`] },
          ...{ rotatedAt: null, successorJti: null, ...marks },
        }))
      await store.insertSession(session)
      await store.insertTokens(rows())
      return async () => {
        const at = await store.now()
        await store.transaction(async (tx) => {
          await tx.lockUser(userId)
          const { id, refreshJti } = session
          const change = { id, userId, fromRefreshJti: refreshJti, pair: pairAt(at), now: at }
          const rotated = await tx.rotateSession(change)
          if (rotated === null) throw new Error('not rotated')
          session = rotated
          await tx.markRotated({ jti: refreshJti, at, evenIfRevoked: false })
          await tx.insertTokens(rows())
        })
      }
    }),
  )
}

function pairAt(at: Date) {
  return {
    ...{ accessJti: randomUUID(), refreshJti: randomUUID(), issuedAt: at },
    accessExpiresAt: new Date(at.getTime() + 900_000),
    refreshExpiresAt: new Date(at.getTime() + 86_400_000),
  }
}

function print(what: string, speeds: readonly Speed[], least: string, bare: readonly Speed[]): void {
  const percent = (share: (speed: Speed, least: Speed) => number) =>
    (100 * median(speeds.map((speed, round) => share(speed, bare[round] ?? speed)))).toFixed(0)
  const rates = [speeds, bare].map((each) => median(each.map(({ perSecond }) => perSecond)).toFixed(0))
  const times = [speeds, bare].map((each) => median(each.map(({ processorMs }) => processorMs)).toFixed(2))
  console.log(
    `  ${what}: ${rates[0]} a second, ${percent((one, other) => one.perSecond / other.perSecond)} % of ` +
      `${rates[1]} ${least}; processor ${times[0]} ms, ` +
      `${times[1]} (${percent((one, other) => other.processorMs / one.processorMs)} %) of it theirs`,
  )
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
