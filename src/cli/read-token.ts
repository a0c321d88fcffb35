import { AuthError } from '../base/errors.js'
import type { Process } from './process.js'
import { ask, readLine } from './read-line.js'

/** The token on standard input; at a terminal it is asked for, and not shown. */
export async function readToken(process: Pick<Process, 'stdin' | 'stderr'>): Promise<string> {
  const [line = ''] = process.stdin.isTTY
    ? await ask(process, ['Token: '])
    : [await readLine(process.stdin, 'There is no token on standard input.')]
  return line.trim().replace(/^Bearer /i, '')
}

/** What is given as an argument is seen by everybody on the machine. Throws `BAD_USER_INPUT` for a token. */
export function refuseTokenArgument(argument: string | undefined): void {
  if (argument === undefined || !argument.includes('.')) return
  throw new AuthError('BAD_USER_INPUT', {
    message: 'A token is a secret, and others see the arguments of a command: give it on standard input.',
  })
}
