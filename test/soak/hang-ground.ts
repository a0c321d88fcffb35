import type { Cluster } from '../support/postgresql-cluster.js'
import { type KilledServer, PASSWORD, startServer } from './killed-server.js'

/** A server on a database of its own. */
export interface Ground extends KilledServer {
  readonly databaseUrl: string
  /** The process that all of the database's are below. */
  readonly databasePid: number
  readonly admin: { email: string; password: string }
}

/** Starts the built server `main` on the cluster, with an administrator. */
export async function startGround(main: string, folder: string, cluster: Cluster): Promise<Ground> {
  const admin = { email: 'root@example.com', password: PASSWORD }
  const env = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password, REFRESH_REUSE_WINDOW: '30s' }
  const server = await startServer(main, { folder, databaseUrl: cluster.url, env })
  return { ...server, databaseUrl: cluster.url, databasePid: cluster.pid, admin }
}
