import { noteSecret, noteSecretsIn } from '../support/leaks.js'
import { PASSWORD, type RunningProgram, type Start, startProgram } from './start-process.js'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared, field by field, with what is expected
  readonly data: any
  /** The code of the first error; undefined when there is none. */
  readonly code: string | undefined
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

export interface RunningServer extends RunningProgram {
  /** Of the GraphQL endpoint. */
  readonly url: string
  ask(query: string, token?: string): Promise<Answer>
  signUp(name: string): Promise<Tokens>
  logIn(name: string): Promise<Tokens>
}

/** Starts the server on a free port, and waits until it says where it listens. */
export async function startServer(start: Start): Promise<RunningServer> {
  const program = startProgram(['serve'], {
    ...start,
    env: { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'debug', ...start.env },
  })
  noteSecret(PASSWORD)
  const [, url = ''] = await program.untilWritten('stdout', /^Sallyport listens on (\S+)\n/)
  const ask = (query: string, token?: string) => askServer(url, query, token)

  async function enter(mutation: 'signup' | 'login', name: string): Promise<Tokens> {
    const { data, code } = await ask(enterDocument(mutation, name))
    if (code !== undefined) throw new Error(`${mutation} of ${name}: ${code}`)
    return data[mutation]
  }

  return {
    ...program,
    url,
    ask,
    signUp: (name) => enter('signup', name),
    logIn: (name) => enter('login', name),
  }
}

export function enterDocument(mutation: 'signup' | 'login', name: string): string {
  const input = `{ username: ${JSON.stringify(name)}, password: ${JSON.stringify(PASSWORD)} }`
  return `mutation { ${mutation}(input: ${input}) { accessToken refreshToken } }`
}

export async function askServer(url: string, query: string, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = await response.json()
  noteSecret(token)
  noteSecretsIn(data)
  return { status: response.status, data, code: errors?.[0]?.extensions?.code }
}
