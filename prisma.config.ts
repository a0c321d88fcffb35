import process from 'node:process'
import { defineConfig } from 'prisma/config'

// `prisma generate` would download an engine that it never runs. The other commands do run theirs.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

const url = process.env.DATABASE_URL ?? 'file:data/sallyport.db'
const postgresql = /^postgres(ql)?:/.test(url)

// For the Prisma command line only (`prisma migrate status`, `prisma studio`); the server reads none of this.
export default defineConfig({
  schema: postgresql ? 'prisma/postgresql/schema.prisma' : 'prisma/schema.prisma',
  migrations: { path: postgresql ? 'prisma/postgresql/migrations' : 'prisma/sqlite/migrations' },
  datasource: { url },
})
