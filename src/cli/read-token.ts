import { AuthError } from '../base/errors.js'
import type { Process } from './process.js'
import { ask, readLine } from './read-line.js'

/** Reads the token from standard input; at a terminal it prompts, without showing it. */
export async function readToken(process: Pick<Process, 'stdin' | 'stderr'>): Promise<string> {
  const [line = ''] = process.stdin.isTTY
    ? await ask(process, ['Token: '])
    : [await readLine(process.stdin, 'There is no token on standard input.')]
  return line.trim().replace(/^Bearer /i, '')
}

/**
 * Every user of the machine can see arguments.
 * @throws {AuthError} `BAD_USER_INPUT` for a token as an argument.
 */
export function refuseTokenArgument(argument: string | undefined): void {
  if (argument === undefined || !argument.includes('.')) return
  throw new AuthError('BAD_USER_INPUT', {
    message: 'A token is a secret, and others see the arguments of a command: give it on standard input.',
  })
}
