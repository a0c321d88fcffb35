/**
 * What logging in and refreshing cost, beside the least that they could: the raw hash, and the same statements sent
 * through Prisma by a program that has nothing of ours, on the same database. Ratios of one run; SQLite, then PostgreSQL.
 *
 *   npx tsx bench/sessions.ts
 *   npx tsx bench/sessions.ts --seconds 10 --provider sqlite --hashes 3
 *
 * Each chain is a user of its own, all from one address. Client and server are one process: a request made and an answer
 * read are 0.04 ms of what is counted as the server's. PostgreSQL runs beside them, and what it takes is told apart.
 * Passwords are hashed as many at once as leaves a core to all else. Where hashes take every core (the server's own
 * default, 3 at once, on two cores), a login cannot come nearer to the raw hash than by its share of the processor's time.
 */
import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { verify } from '@node-rs/argon2'
import { createSallyport, type Sallyport } from '../src/index.js'
import { type BenchDatabase, openDatabase } from './open-database.js'
import { openPlainRotations } from './plain-rotation.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    hashes: { type: 'string', default: String(Math.min(3, Math.max(1, availableParallelism() - 1))) },
    provider: { type: 'string', multiple: true, default: ['sqlite', 'postgresql'] },
  },
})
const SECONDS = Number(values.seconds)
const ROUNDS = Number(values.rounds)
const CHAINS = 8
const LOGINS = 12
const HASHES_AT_ONCE = Number(values.hashes)
const PASSWORD = 'correct horse battery'

for (const provider of values.provider) await measure(provider)
process.exit(0)

async function measure(provider: string): Promise<void> {
  const database = await openDatabase(provider)
  const { store } = database
  const sallyport = await createSallyport({
    ...database.options,
    logger: false,
    maxConcurrentHashes: HASHES_AT_ONCE,
  })
  const users = await Promise.all(
    Array.from({ length: LOGINS }, (_, index) => signUp(sallyport, `user-${index}`)),
  )
  const hash = (await store.findUser(users[0]?.id ?? ''))?.passwordHash ?? ''
  const refreshers = users.slice(0, CHAINS)

  const plain = await openPlainRotations(database.options.databaseUrl)
  const refreshes: Speed[] = []
  const bare: Speed[] = []
  const logins: Speed[] = []
  const hashes: Speed[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await rateOf(await Promise.all(refreshers.map(({ id }) => plain.chainOf(id))), database))
    refreshes.push(
      await rateOf(await Promise.all(refreshers.map((user) => refreshing(sallyport, user))), database),
    )
    const hashing = Array.from({ length: HASHES_AT_ONCE }, () => () => verify(hash, PASSWORD))
    hashes.push(await rateOf(hashing, database))
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    logins.push(
      await rateOf(
        users.map((user) => () => logIn(sallyport, user)),
        database,
      ),
    )
    delay.disable()
    delays.push(delay.percentile(99) / 1e6)
  }
  console.log(`${provider}: ${ROUNDS} rounds of ${SECONDS} s, median; ${HASHES_AT_ONCE} hashed at once`)
  print('refreshes', refreshes, 'by the same statements through Prisma alone', bare)
  print('logins', logins, 'raw hashes', hashes)
  console.log(`  event loop while logins flood: p99 ${median(delays).toFixed(1)} ms late`)
  await plain.close()
  await sallyport.close()
  await database.close()
}

interface User {
  readonly id: string
  readonly username: string
}

/** Processor time is in milliseconds a step: what a machine that is busy otherwise does not change much. */
interface Speed {
  readonly perSecond: number
  /** Of this process: ours, and the hash's threads. */
  readonly processorMs: number
  readonly databaseMs: number
}

/** Each chain does its step one after the other. */
async function rateOf(
  chains: readonly (() => Promise<unknown>)[],
  { processorMs }: BenchDatabase,
): Promise<Speed> {
  for (const step of chains) await step()
  let done = 0
  const database = await processorMs()
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
  const perSecond = (done * 1000) / (performance.now() - began)
  const { user, system } = process.cpuUsage(used)
  return {
    perSecond,
    processorMs: (user + system) / 1000 / done,
    databaseMs: ((await processorMs()) - database) / done,
  }
}

async function ask(sallyport: Sallyport, query: string, variables: object) {
  const request = new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  // As from a socket: attempts are counted by where they come from, too.
  const response = await sallyport.fetch(request, { req: { socket: { remoteAddress: '192.0.2.1' } } })
  const { data, errors } = (await response.json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: an answer's data
    data: any
    errors?: unknown
  }
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

async function signUp(sallyport: Sallyport, username: string): Promise<User> {
  const { signup } = await ask(
    sallyport,
    'mutation ($input: SignupInput!) { signup(input: $input) { user { id } } }',
    { input: { username, password: PASSWORD } },
  )
  return { id: signup.user.id, username }
}

function logIn(sallyport: Sallyport, { username }: User): Promise<unknown> {
  return ask(
    sallyport,
    'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }',
    { input: { username, password: PASSWORD } },
  )
}

async function refreshing(sallyport: Sallyport, { id }: User) {
  let token = await sallyport.tokens.issueRefresh({ subject: id })
  return async () => {
    const { refresh } = await ask(
      sallyport,
      'mutation ($t: String) { refresh(refreshToken: $t) { accessToken refreshToken } }',
      { t: token },
    )
    token = refresh.refreshToken
  }
}

function print(what: string, speeds: readonly Speed[], least: string, bare: readonly Speed[]): void {
  const percent = (share: (speed: Speed, least: Speed) => number) =>
    `${(100 * median(speeds.map((speed, round) => share(speed, bare[round] ?? speed)))).toFixed(0)} %`
  const of = (list: readonly Speed[], figure: keyof Speed) => median(list.map((speed) => speed[figure]))
  const time = (list: readonly Speed[]) =>
    `${of(list, 'processorMs').toFixed(2)} ms here and ${of(list, 'databaseMs').toFixed(2)} in PostgreSQL`
  const whole = ({ processorMs, databaseMs }: Speed) => processorMs + databaseMs
  console.log(
    `  ${what}: ${of(speeds, 'perSecond').toFixed(0)} a second, ` +
      `${percent((one, other) => one.perSecond / other.perSecond)} of ` +
      `${of(bare, 'perSecond').toFixed(0)} ${least}\n    processor: ${time(speeds)}, ` +
      `${time(bare)} of it theirs: ${percent((one, other) => whole(other) / whole(one))}`,
  )
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
