import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

export const PASSWORD = 'correct horse battery'

export interface KilledServer {
  readonly url: string
  /** `kill -9`, and resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts the built server, and waits until it listens. */
export async function startServer(
  main: string,
  start: { folder: string; databaseUrl: string; env?: Record<string, string> },
): Promise<KilledServer> {
  const child: ChildProcess = spawn(process.execPath, [main, 'serve'], {
    cwd: start.folder,
    env: {
      ...{ PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATABASE_URL: start.databaseUrl },
      // However slow the machine is, a retry is one.
      ...{ REFRESH_REUSE_WINDOW: '1h', JWT_ACCESS_TOKEN_EXPIRES: '1d' },
      // An attempt that a kill cut off stays counted, and all come from one address.
      ...{ LOGIN_ATTEMPTS: 'false', LOGIN_ATTEMPTS_PER_SOURCE: 'false', SIGNUPS_PER_SOURCE: 'false' },
      ...start.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(child, 'exit')
  let written = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    written += chunk.toString()
  })
  for await (const chunk of child.stdout ?? []) {
    written += String(chunk)
    const url = /listens on (\S+)\n/.exec(written)?.[1]
    if (url === undefined) continue
    return {
      url,
      async kill() {
        child.kill('SIGKILL')
        await gone
      },
    }
  }
  throw new Error(`the server did not start:\n${written}`)
}
