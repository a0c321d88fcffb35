import { Command } from 'commander'
import type { ScheduledKey } from '../keys/key-schedule.js'
import { keyFacts, showTime } from './describe-key.js'
import { openKeys } from './open-keys.js'
import type { Process } from './process.js'

export function keysListCommand({ env, stdout }: Process): Command {
  return new Command('list')
    .description('Show the keys, in the order in which they sign, and what each does now.')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => {
      const { store } = openKeys(env)
      const { keys } = await store.schedule()
      stdout.write(json ? `${JSON.stringify({ keys: keys.map(keyFacts) }, null, 2)}\n` : renderKeys(keys))
    })
}

function renderKeys(keys: readonly ScheduledKey[]): string {
  if (keys.length === 0) return 'There are no keys. Make one by: sallyport keys add\n'
  const rows = keys.map(({ kid, algorithm, state, activeFrom, retiresAt, file }) => [
    state,
    algorithm,
    kid,
    showTime(activeFrom),
    retiresAt === null ? '-' : showTime(retiresAt),
    file,
  ])
  const head = ['STATE', 'ALG', 'KID', 'ACTIVE FROM', 'RETIRES', 'FILE']
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
