import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AuthError } from '../base/errors.js'
import type { Process } from './program.js'

/** The first line of standard input; at a terminal a prompt that does not show what is typed, twice. */
export async function readPassword({ stdin, stderr }: Process): Promise<string> {
  if (!stdin.isTTY) return readLine(stdin)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: stdin, output: silent, terminal: true })
  try {
    stderr.write('Password: ')
    const password = await prompt.question('')
    stderr.write('\nOnce more: ')
    const again = await prompt.question('')
    stderr.write('\n')
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
