import type { Command, Option } from 'commander'

/** The form of an option, also a misspelt one. Ids have digits, capitals or underscores. */
const OPTION = /^--?[a-z]+(-[a-z]+)*(=.*)?$/

/**
 * Puts `--` before an id that begins with a hyphen, so that it is read as an argument: one generated `kid` in 64 begins
 * so. Returns the line unchanged when there is no such id, or the operator wrote `--`.
 */
export function markOperands(program: Command, argv: readonly string[]): readonly string[] {
  const { command, rest } = findCommand(program, argv)
  if (command.registeredArguments.length === 0 || rest.includes('--')) return argv
  const options: string[] = []
  const operands: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    if (!isOption(command, word)) {
      operands.push(word)
      continue
    }
    options.push(word)
    if (command.options.some((option) => isNamed(option, word) && option.required)) {
      options.push(...rest.slice(++at, at + 1))
    }
  }
  if (!operands.some((word) => word.startsWith('-') && word !== '-')) return argv
  return [...argv.slice(0, argv.length - rest.length), ...options, '--', ...operands]
}

function findCommand(
  program: Command,
  argv: readonly string[],
): { command: Command; rest: readonly string[] } {
  const next = program.commands.find((command) => command.name() === argv[0])
  return next === undefined ? { command: program, rest: argv } : findCommand(next, argv.slice(1))
}

function isOption(command: Command, word: string): boolean {
  return OPTION.test(word) || command.options.some((option) => isNamed(option, word))
}

function isNamed({ short, long }: Option, word: string): boolean {
  return word === short || word === long
}
