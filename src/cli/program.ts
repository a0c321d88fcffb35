import { Command } from 'commander'
import { AuthError, OptionError } from '../base/errors.js'
import { StoreUnavailable } from '../store/contract.js'
import { migrateCommand } from './migrate.js'
import { serveCommand } from './serve.js'
import { userAddCommand } from './user-add.js'

/** What a command is given of its process. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Calls back once, when the process is asked to stop. */
  onStop(stop: () => void): void
}

/** Runs one command line; answers the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function run(argv: readonly string[], process: Process): Promise<number> {
  const program = new Command('sallyport')
    .description('A GraphQL auth server. The options are environment variables: see docs/options.md.')
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(text),
      writeErr: (text) => process.stderr.write(text),
    })
  program.addCommand(serveCommand(process))
  program.addCommand(migrateCommand(process))
  program.addCommand(new Command('user').description('Manage accounts.').addCommand(userAddCommand(process)))
  for (const command of program.commands) command.copyInheritedSettings(program)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    return report(error, process)
  }
}

function report(error: unknown, { stderr }: Process): number {
  // Commander has said it already.
  if (isUsage(error)) return error.exitCode === 0 ? 0 : 2
  const isExpected =
    error instanceof OptionError || error instanceof AuthError || error instanceof StoreUnavailable
  const text = isExpected || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message)
  stderr.write(`sallyport: ${text}\n`)
  return 1
}

function isUsage(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && 'code' in error && /^commander\./.test(`${error.code}`)
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
