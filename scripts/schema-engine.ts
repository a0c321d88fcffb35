import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'

export type Provider = 'sqlite' | 'postgresql'

/** Everything is ours: no table is left to another tool. */
export const NO_FILTER = { externalTables: [], externalEnums: [] }

/**
 * The SQL that leads from one Prisma schema to another (null: from an empty database), or null when there is nothing
 * to do. Needs no database.
 */
export function diffSchemas(change: {
  provider: Provider
  from: string | null
  to: string
}): Promise<string | null> {
  const { provider, from, to } = change
  const factory = provider === 'sqlite' ? new PrismaBetterSqlite3({ url: ':memory:' }) : offlinePostgresql()
  return withSchemaEngine({ schema: to, factory }, async (schemaEngine) => {
    const result = await schemaEngine.diff({
      from: from === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', ...datamodel(from) },
      to: { tag: 'schemaDatamodel', ...datamodel(to) },
      script: true,
      exitCode: true,
      filters: NO_FILTER,
    })
    return result.exitCode === 0 ? null : withoutPublicSchema(result.stdout ?? '')
  })
}

/** Runs `work` with the engine of `prisma migrate`, without the command's download. */
export async function withSchemaEngine<T>(
  { schema, factory }: { schema: string; factory: SqlMigrationAwareDriverAdapterFactory },
  work: (schemaEngine: engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadEngine()
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  )
  try {
    return await work(schemaEngine)
  } finally {
    schemaEngine.free()
  }
}

function datamodel(content: string): { files: { path: string; content: string }[] } {
  return { files: [{ path: 'schema.prisma', content }] }
}

/** A role without CREATE on the database would be refused, and the schema `public` is always there. */
function withoutPublicSchema(sql: string): string {
  return sql.replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '')
}

// Node has it; the types of Node 20 name it, without a value.
declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

let loaded: Promise<void> | undefined

function loadEngine(): Promise<void> {
  loaded ??= instantiate()
  return loaded
}

async function instantiate(): Promise<void> {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const code = await readFile(entry.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(code, { './schema_engine_bg.js': { ...engine } })
  engine.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
}

/** The engine asks a connection for its version as it is made, and nothing more for a diff of two schemas. */
function offlinePostgresql(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => Promise.reject(new Error('a diff of two schemas asks the database nothing'))
  const adapter: SqlDriverAdapter = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 16.0', 160_000]],
    }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: async () => {},
  }
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => adapter,
    connectToShadowDb: refuse,
  }
}
