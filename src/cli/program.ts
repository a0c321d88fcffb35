import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { PACKAGE_FOLDER } from '../base/package-folder.js'
import { write } from './answer.js'
import { describeFailure, type Failure } from './failure.js'
import { keysCommand } from './keys.js'
import { markOperands } from './mark-operands.js'
import { migrateCommand } from './migrate.js'
import type { Process } from './process.js'
import { serveCommand } from './serve.js'
import { tokenInspectCommand } from './token-inspect.js'
import { tokenIssueCommand } from './token-issue.js'
import { tokenRevokeCommand } from './token-revoke.js'
import { userAddCommand } from './user-add.js'
import { userDisableCommand, userEnableCommand } from './user-disable.js'
import { userListCommand } from './user-list.js'
import { userRolesCommand } from './user-roles.js'

const EXIT_CODES = `
Exit codes: 0 done, 1 refused or failed, 2 not understood.
The options are environment variables: see docs/options.md.`

/** Makes every command, to run or to document. A command loads its modules when it runs. */
export function createProgram(process: Process): Command {
  const program = new Command('sallyport')
    .description('A GraphQL auth server.')
    .version(readVersion(), '--version', 'print the version')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  program.addCommand(serveCommand(process))
  program.addCommand(migrateCommand(process))
  program.addCommand(
    group('user', 'Manage accounts, also while the server runs.', [
      userAddCommand(process),
      userListCommand(process),
      userRolesCommand(process),
      userDisableCommand(process),
      userEnableCommand(process),
    ]),
  )
  program.addCommand(
    group('token', 'Issue, inspect and revoke tokens, also while the server runs.', [
      tokenIssueCommand(process),
      tokenInspectCommand(process),
      tokenRevokeCommand(process),
    ]),
  )
  program.addCommand(keysCommand(process))
  return program
}

/** Runs one command line. Returns the exit code: 0 done, 1 refused or failed, 2 usage error. */
export async function run(argv: readonly string[], process: Process): Promise<number> {
  const { stdout, stderr } = process
  const isJson = argv.includes('--json')
  const fail = (failure: Failure) =>
    write(stderr, isJson ? `${JSON.stringify({ error: failure })}\n` : `sallyport: ${failure.message}\n`)
  let exitCode = 0
  const program = createProgram({ ...process, refuse: () => (exitCode = 1) }).configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => isJson || stderr.write(text),
  })
  passSettingsOn(program)
  for (const command of all(program)) tellMistakeInOneLine(command)
  try {
    await program.parseAsync(markOperands(program, argv), { from: 'user' })
    return exitCode
  } catch (error) {
    if (isUsage(error)) {
      if (error.exitCode === 0) return 0
      // Otherwise Commander has already written it.
      if (isJson) await fail({ code: 'USAGE', message: error.message.replace(/^error: /, '') })
      return 2
    }
    await fail(describeFailure(error))
    return 1
  }
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description)
  for (const command of commands) parent.addCommand(command)
  return parent
}

/** `addCommand` leaves a command's own settings. */
function passSettingsOn(parent: Command): void {
  for (const command of parent.commands) passSettingsOn(command.copyInheritedSettings(parent))
}

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)]
}

/** A usage error names the command for help, without the whole page. */
function tellMistakeInOneLine(command: Command): void {
  command.configureOutput({
    outputError(text, write) {
      const mistake = text
        .replace(/^error: /, '')
        .trim()
        .replace('\n', ' ')
      write(`sallyport: ${mistake}${/[.)]$/.test(mistake) ? '' : '.'} Help: ${pathOf(command)} --help\n`)
    },
  })
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

function isUsage(error: unknown): error is Error & { exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && 'code' in error && /^commander\./.test(`${error.code}`)
  )
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('package.json', PACKAGE_FOLDER), 'utf8')).version
}
