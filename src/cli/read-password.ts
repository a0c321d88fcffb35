import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AuthError } from '../base/errors.js'
import type { Process } from './process.js'

/** The first line of standard input; at a terminal a prompt that does not show what is typed, twice. */
export async function readPassword({ stdin, stderr }: Pick<Process, 'stdin' | 'stderr'>): Promise<string> {
  if (!stdin.isTTY) return readLine(stdin)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: stdin, output: silent, terminal: true })
  // Ctrl-C and Ctrl-D close it, and would leave the question open for ever.
  const closed = new AbortController()
  prompt.once('close', () => closed.abort())

  async function ask(question: string): Promise<string> {
    stderr.write(question)
    try {
      return await prompt.question('', closed)
    } catch (cause) {
      throw new AuthError('BAD_USER_INPUT', { message: 'No password was given.', cause })
    } finally {
      stderr.write('\n')
    }
  }

  try {
    const password = await ask('Password: ')
    const again = await ask('Once more: ')
    if (password !== again) throw new AuthError('BAD_USER_INPUT', { message: 'The two passwords differ.' })
    return password
  } finally {
    prompt.close()
  }
}

async function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  const lines = createInterface({ input: stdin })
  for await (const line of lines) return line
  throw new AuthError('BAD_USER_INPUT', { message: 'There is no password on standard input.' })
}
