import type { TestProject } from 'vitest/node'
import { openStore } from '../../src/store/open-store.js'
import { startCluster } from './postgresql-cluster.js'
import { openPool, TEMPLATE, withDatabase } from './postgresql-pool.js'

/** Starts PostgreSQL for a project's tests, with a migrated database that each file's own is copied from. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster()
  const pool = await openPool(cluster.url)
  await pool.query(`CREATE DATABASE ${TEMPLATE}`)
  await pool.end()
  // Opening migrates.
  const store = await openStore({ databaseUrl: withDatabase(cluster.url, TEMPLATE) })
  await store.close()
  project.provide('postgresqlUrl', cluster.url)
  return () => cluster.stop()
}
