import { AuthError } from '../base/errors.js'
import type { Process } from './process.js'
import { ask, readLine } from './read-line.js'

/** Reads the first line of standard input; at a terminal it prompts twice, without showing what is typed. */
export async function readPassword(process: Pick<Process, 'stdin' | 'stderr'>): Promise<string> {
  if (!process.stdin.isTTY) return readLine(process.stdin, 'There is no password on standard input.')
  const [password = '', again] = await ask(process, ['Password: ', 'Once more: '])
  if (password !== again) throw new AuthError('BAD_USER_INPUT', { message: 'The two passwords differ.' })
  return password
}
