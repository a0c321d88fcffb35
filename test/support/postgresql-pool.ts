import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool } from 'pg'

/** The migrated database that every fresh one is copied from. Nothing stays connected to it. */
export const TEMPLATE = 'sallyport_template'

/** Plain connections to a PostgreSQL database, for what the store does not do. End the pool when done. */
export async function openPool(url: string, max = 4): Promise<Pool> {
  const adapter = await new PrismaPg({ connectionString: url, max }).connect()
  return adapter.underlyingDriver()
}

/** The URL of another database of the same server. */
export function withDatabase(serverUrl: string, name: string): string {
  return new URL(`/${name}`, serverUrl).href
}
