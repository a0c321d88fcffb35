import type { UserRecord } from './contract.js'
import type { Prisma, PrismaClient } from './generated/sqlite/client.js'

/** Prisma's client, within a transaction or without. Both providers' clients are used under SQLite's types. */
export type Client = PrismaClient | Prisma.TransactionClient

/** What the two databases say differently. */
export interface Dialect {
  readonly provider: 'sqlite' | 'postgresql'
  /** A table's name in SQL. */
  table(name: string): string
  /** The nth parameter in SQL, from 1. */
  parameter(n: number): string
  /** Reads a user's row and keeps others from locking it until the transaction ends. */
  lockUser(tx: Prisma.TransactionClient, id: string): Promise<UserRecord | null>
  /** See `Transaction.isHeldByAnother`. */
  isHeldByAnother(tx: Prisma.TransactionClient, role: string, userId: string): Promise<boolean>
  /** Stands at the head of what an instance reads at all times, in SQL. */
  readonly watch: string
  /** The highest number of a row that Prisma lets be asked for. */
  readonly lastId: number
  /** SQL that compares texts by their bytes, as an index does: not by the rules of a language. */
  readonly bytewise: { atLeast: string; above: string; below: string; order: string }
  /** Keeps others from appending to the feed until the transaction ends. */
  lockFeed(tx: Prisma.TransactionClient): Promise<void>
  /** SQL for one row, `last`: the highest id that the feed's table has given out. */
  readonly lastRevocationId: string
  /** The database's clock. */
  now(client: Client): Promise<Date>
}
