import { Command } from 'commander'

/** The help of a command beside its arguments. */
export interface CommandText {
  readonly description: string
  readonly example: string
  /** The variables that it reads. */
  readonly reads: readonly string[]
  readonly notes?: string
}

const DATABASE = ['DATABASE_URL', 'DATA_DIR']
/** The variables that name the database, and those that name the keys. */
export const STORE_VARIABLES = DATABASE
export const KEY_VARIABLES = [
  'JWT_SECRET_KEY',
  'JWT_PRIVATE_KEY',
  'JWT_PUBLIC_KEY',
  'JWT_KEYS_DIR',
  'JWT_ALGORITHM',
]

/** Makes a command whose help has an example and its variables. */
export function newCommand(name: string, { description, example, reads, notes }: CommandText): Command {
  const paragraphs = [
    ...(notes === undefined ? [] : [notes]),
    `Example:\n  ${example.replaceAll('\n', '\n  ')}`,
    `Reads the variables: ${reads.join(', ')}`,
  ]
  return new Command(name).description(description).addHelpText('after', `\n${paragraphs.join('\n\n')}`)
}

/** For commands that print data. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document, and errors as one on standard error')
}
