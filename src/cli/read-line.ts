import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AuthError } from '../base/errors.js'
import type { Process } from './process.js'

/**
 * Asks at a terminal, without showing what is typed.
 * @throws {AuthError} `BAD_USER_INPUT` when it is closed.
 */
export async function ask(
  { stdin, stderr }: Pick<Process, 'stdin' | 'stderr'>,
  questions: readonly string[],
): Promise<string[]> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: stdin, output: silent, terminal: true })
  // Ctrl-C and Ctrl-D close it, and would leave the question open forever.
  const closed = new AbortController()
  prompt.once('close', () => closed.abort())

  try {
    const answers: string[] = []
    for (const question of questions) {
      stderr.write(question)
      answers.push(await prompt.question('', closed).finally(() => stderr.write('\n')))
    }
    return answers
  } catch (cause) {
    throw new AuthError('BAD_USER_INPUT', { message: 'Nothing was given.', cause })
  } finally {
    prompt.close()
  }
}

/** Reads the first line. `missing` is the error's text when there is none. */
export async function readLine(stdin: NodeJS.ReadStream, missing: string): Promise<string> {
  const lines = createInterface({ input: stdin })
  for await (const line of lines) return line
  throw new AuthError('BAD_USER_INPUT', { message: missing })
}
