/**
 * Derives prisma/postgresql/schema.prisma from prisma/schema.prisma, the one file with the models.
 * `--check` writes nothing and fails when the two are out of step.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { derivePostgresqlSchema } from './postgresql-schema.js'

const source = new URL('../prisma/schema.prisma', import.meta.url)
const target = new URL('../prisma/postgresql/schema.prisma', import.meta.url)

const derived = derivePostgresqlSchema(readFileSync(source, 'utf8'))
const current = existsSync(target) ? readFileSync(target, 'utf8') : null
if (current !== derived) {
  if (process.argv.includes('--check')) {
    console.error('prisma/postgresql/schema.prisma is out of step: run `npx tsx scripts/derive-schema.ts`.')
    process.exit(1)
  }
  writeFileSync(target, derived)
}
