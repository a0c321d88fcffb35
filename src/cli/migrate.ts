import type { Command } from 'commander'
import { answer } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

export function migrateCommand(process: Process): Command {
  const command = newCommand('migrate', {
    description: 'Apply pending migrations to the database, and exit. `serve` does it too.',
    example: 'DATABASE_URL=postgresql://ada@localhost/auth sallyport migrate',
    reads: STORE_VARIABLES,
  })
  return withJson(command).action(async ({ json }: { json?: true }) => {
    const { createLog } = await import('./create-log.js')
    const { withStore } = await import('./with-store.js')
    await withStore(process, async () => {}, {
      migrations: 'apply',
      logger: createLog(process.stderr, 'warn'),
    })
    await answer(process, { json, value: { upToDate: true }, text: 'The database is up to date.' })
  })
}
