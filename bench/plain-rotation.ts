import { randomUUID } from 'node:crypto'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient as PostgresqlClient } from '../src/store/generated/postgresql/client.js'
import { PrismaClient } from '../src/store/generated/sqlite/client.js'

/** Rotations as a program writes them that has Prisma and its own adapter, and nothing of ours. */
export interface PlainRotations {
  /** For one account: each call is one rotation. */
  chainOf(userId: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** A second client on the database of the benchmark, as durable as ours: what is answered is on the disk. */
export async function openPlainRotations(databaseUrl: string): Promise<PlainRotations> {
  const client = databaseUrl.startsWith('file:') ? await openSqlite(databaseUrl) : openPostgresql(databaseUrl)
  return {
    chainOf: (userId) => chainOf(client, userId),
    close: () => client.$disconnect(),
  }
}

const LIMITS = { transactionOptions: { maxWait: 10_000, timeout: 10_000 } }

async function openSqlite(url: string): Promise<PrismaClient> {
  const client = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url }), ...LIMITS })
  await client.$queryRawUnsafe('PRAGMA synchronous = FULL')
  return client
}

function openPostgresql(connectionString: string): PrismaClient {
  const client = new PostgresqlClient({ adapter: new PrismaPg({ connectionString, max: 10 }), ...LIMITS })
  return client as unknown as PrismaClient
}

async function chainOf(client: PrismaClient, userId: string): Promise<() => Promise<void>> {
  const id = randomUUID()
  let at = new Date()
  let pair = pairAt(at)
  await client.session.create({
    data: { id, userId, csrf: randomUUID(), authTime: at, createdAt: at, lastUsedAt: at, ...pair },
  })
  await client.token.createMany({ data: rowsOf(pair, { id, userId }) })
  return async () => {
    at = new Date()
    const next = pairAt(at)
    await client.$transaction(async (tx) => {
      await tx.user.findUnique({ where: { id: userId } })
      const rotated = await tx.session.updateManyAndReturn({
        where: { id, userId, refreshJti: pair.refreshJti, revokedAt: null, refreshExpiresAt: { gt: at } },
        data: { ...next, lastUsedAt: at },
      })
      if (rotated.length === 0) throw new Error('not rotated')
      await tx.token.updateMany({
        where: { jti: pair.refreshJti, type: 'refresh', rotatedAt: null, revokedAt: null },
        data: { rotatedAt: at },
      })
      await tx.token.createMany({ data: rowsOf(next, { id, userId }) })
      await tx.auditEvent.createMany({
        data: [{ at, type: 'refresh', actor: 'user', actorId: userId, userId, sessionId: id, count: 1 }],
      })
    })
    pair = next
  }
}

type Pair = ReturnType<typeof pairAt>

function pairAt(at: Date) {
  return {
    ...{ accessJti: randomUUID(), refreshJti: randomUUID(), issuedAt: at },
    accessExpiresAt: new Date(at.getTime() + 900_000),
    refreshExpiresAt: new Date(at.getTime() + 86_400_000),
  }
}

function rowsOf(pair: Pair, { id: sessionId, userId }: { id: string; userId: string }) {
  const { issuedAt } = pair
  const row = { userId, sessionId, fresh: false, issuedAt }
  return [
    { ...row, jti: pair.accessJti, type: 'access', expiresAt: pair.accessExpiresAt },
    { ...row, jti: pair.refreshJti, type: 'refresh', expiresAt: pair.refreshExpiresAt },
  ]
}
