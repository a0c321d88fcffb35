import { Command } from 'commander'
import { AuthError, OptionError } from '../base/errors.js'
import { OPTION_TABLE, type OptionSpec } from '../base/option-table.js'
import { StoreUnavailable } from '../store/contract.js'
import { keysCommand } from './keys.js'
import { migrateCommand } from './migrate.js'
import type { Process } from './process.js'
import { serveCommand } from './serve.js'
import { userAddCommand } from './user-add.js'

/** Runs one command line; answers the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function run(argv: readonly string[], process: Process): Promise<number> {
  const { stdout, stderr } = process
  const program = new Command('sallyport')
    .description('A GraphQL auth server. The options are environment variables: see docs/options.md.')
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
  program.addCommand(serveCommand(process))
  program.addCommand(migrateCommand(process))
  program.addCommand(new Command('user').description('Manage accounts.').addCommand(userAddCommand(process)))
  program.addCommand(keysCommand(process))
  passSettingsOn(program)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    // Commander has said it already.
    if (isUsage(error)) return error.exitCode === 0 ? 0 : 2
    stderr.write(`sallyport: ${describe(error)}\n`)
    return 1
  }
}

/** `addCommand` leaves a command its own. */
function passSettingsOn(parent: Command): void {
  for (const command of parent.commands) passSettingsOn(command.copyInheritedSettings(parent))
}

function isUsage(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && 'code' in error && /^commander\./.test(`${error.code}`)
  )
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof OptionError) return withVariable(error)
  const isExpected = error instanceof AuthError || error instanceof StoreUnavailable
  return isExpected ? error.message : (error.stack ?? error.message)
}

/** Whoever starts the server sets variables: it is one of them that an option is called by. */
function withVariable({ option, message }: OptionError): string {
  const table: Readonly<Record<string, OptionSpec<unknown>>> = OPTION_TABLE
  return `${table[option]?.env ?? option}${message.slice(option.length)}`
}
