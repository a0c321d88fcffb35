import type { Counter, Counters } from '../base/counters.js'
import type { Client, Dialect } from './dialect.js'

/** For attempts: how many, and until when they count. */
export function createCounterStatements(client: Client, dialect: Dialect): Counters {
  const parameter = (n: number) => dialect.parameter(n)
  const isOver = (first: number) =>
    `(c."expires_at" <= ${parameter(first)} OR c."expires_at" > ${parameter(first + 1)})`
  // One statement, which waits for a rival's: however many come at once, each is counted.
  const add = `
    INSERT INTO ${dialect.table('counters')} AS c ("key", "points", "expires_at")
    VALUES (${parameter(1)}, ${parameter(2)}, ${parameter(3)})
    ON CONFLICT ("key") DO UPDATE SET
      "points" = CASE WHEN ${isOver(4)} THEN excluded."points" ELSE c."points" + excluded."points" END,
      "expires_at" = CASE WHEN ${isOver(6)} THEN excluded."expires_at" ELSE c."expires_at" END
    RETURNING "points", "expires_at" AS "expiresAt"`

  return {
    async addToCounter({ key, points, expiresAt, now, latest }) {
      const values = [key, points, expiresAt, now, latest, now, latest]
      const [row] = await client.$queryRawUnsafe<RawCounter[]>(add, ...values)
      if (row === undefined) throw new TypeError('addToCounter: the database gave no counter')
      return { points: Number(row.points), expiresAt: new Date(row.expiresAt) }
    },
    findCounter: (key) =>
      client.counter.findUnique({ where: { key }, select: { points: true, expiresAt: true } }),
    async setCounter(key, { points, expiresAt }: Counter) {
      const counter = { points, expiresAt }
      await client.counter.upsert({ where: { key }, create: { key, ...counter }, update: counter })
    },
    async takeFromCounter(key, { points, expiresAt }) {
      await client.counter.updateMany({ where: { key, expiresAt }, data: { points: { decrement: points } } })
    },
  }
}

/** As the two drivers give them. */
interface RawCounter {
  readonly points: number | bigint
  readonly expiresAt: Date | string
}
