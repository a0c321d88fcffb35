import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const DEADLINE_MS = 40_000

export interface Answer {
  readonly status: number
  readonly challenge: string | null
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared, field by field, with what is expected
  readonly body: any
}

export interface RunningExample {
  /** Asks as one of those whose tokens the example printed, or with a token of any text, or as nobody. */
  ask(query: string, bearer?: string): Promise<Answer>
  /** A token that the example printed. Throws where there is none of that name. */
  tokenOf(name: string): string
  stop(): Promise<void>
}

/** Starts an example on a free port. Rejects, with all that it wrote, when it does not listen. */
export async function startExample(name: string, env: Record<string, string> = {}): Promise<RunningExample> {
  const child = spawn(process.execPath, [`${EXAMPLES}${name}.mjs`], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const stop = () => {
    child.kill('SIGKILL')
    return closed
  }
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name} ${why}\n${written}`))
    const timer = setTimeout(() => fail('did not say where it listens in time'), DEADLINE_MS)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text
      // The tokens come last, the administrator's or another issuer's at the end.
      if (!/^(root|elsewhere) \S+\n/m.test(written)) return
      clearTimeout(timer)
      resolve()
    })
    void closed.then(() => {
      clearTimeout(timer)
      fail('ended before it listened')
    })
  }).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const [url = ''] = /^http:\S+$/m.exec(written) ?? []

  function tokenOf(bearer: string): string {
    const [, token] = new RegExp(`^${bearer} (ey\\S+)$`, 'm').exec(written) ?? []
    if (token === undefined) throw new Error(`${name} printed no token of ${bearer}`)
    return token
  }

  return {
    tokenOf,
    stop,
    async ask(query, bearer) {
      const token = bearer === undefined || bearer.includes('.') ? bearer : tokenOf(bearer)
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query }),
      })
      const challenge = response.headers.get('www-authenticate')
      return { status: response.status, challenge, body: await response.json() }
    },
  }
}
