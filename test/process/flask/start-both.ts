import { readFileSync } from 'node:fs'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { noteSecretsIn } from '../../support/leaks.js'
import {
  type Ended,
  MAIN,
  makeFolder,
  PASSWORD,
  type RunningProgram,
  startProcess,
} from '../start-process.js'
import type { Answer } from './browser.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGE = readFileSync(`${ROOT}docs/flask-jwt-extended.md`, 'utf8')
export const SECRET = 'k3J9vQ2mXz8LwP5nRt7YbC1dFgHsA4eU6iOo0'

/** Settings of the Flask application, by their names; any value of JSON. */
export type Settings = Readonly<Record<string, unknown>>
export type Variables = Readonly<Record<string, string>>

export interface FlaskTokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** A Flask application in a folder of its own, and how to go on from there by the steps of the page. */
interface Moved {
  /** Runs a command of Sallyport's with the settings that were taken along. */
  run(args: readonly string[], input?: string, env?: Variables): Promise<Ended>
  /** Starts Sallyport with them; answers its endpoint. `program`: one of the page's in place of the server. */
  startSallyport(how?: { program?: string; env?: Variables }): Promise<string>
  /** Starts the application; answers its address. */
  startFlask(): Promise<string>
}

export interface Flask extends Moved {
  readonly url: string
  ask(path: string, how?: { body?: object; headers?: Variables; method?: string }): Promise<Answer>
  logIn(how?: { username?: string; fresh?: number; life?: number }): Promise<FlaskTokens>
}

/** Step 1 of the page. */
export async function takeSettings(settings: Settings): Promise<Moved> {
  const folder = await makeFolder()
  const python = inject('flaskPython') ?? ''
  const configured = Object.entries({ JWT_SECRET_KEY: SECRET, ...settings })
  const env = {
    PYTHONDONTWRITEBYTECODE: '1',
    ...Object.fromEntries(configured.map(([name, value]) => [`FLASK_${name}`, JSON.stringify(value)])),
  }
  await copyFile(new URL('service.py', import.meta.url), join(folder, 'service.py'))
  await writeFile(join(folder, 'settings.py'), blockOf('settings.py'))
  const printed = await startProcess([python, 'settings.py'], { folder, env }).ended
  if (printed.code !== 0) throw new Error(printed.stderr)
  await writeFile(join(folder, 'sallyport.env'), printed.stdout, { mode: 0o600 })

  function start(command: readonly string[], own: Variables = {}, input = ''): RunningProgram {
    const shell = ['sh', '-c', 'set -a; . ./sallyport.env; exec "$@"', 'sh']
    return startProcess([...shell, process.execPath, ...command], { folder, env: own, input })
  }

  return {
    run: (args, input, own) => start([MAIN, ...args], own, input).ended,
    async startSallyport({ program, env: given } = {}) {
      if (program !== undefined) await installInto(folder, program)
      const own = {
        PORT: '0',
        HOST: '127.0.0.1',
        LOG_LEVEL: 'debug',
        FLASK_DATABASE: 'service.db',
        DATA_DIR: 'data',
        ...given,
      }
      const started = start(program === undefined ? [MAIN, 'serve'] : [program], own)
      const [, endpoint = ''] = await started.untilWritten('stdout', /^Sallyport listens on (\S+)\n/m)
      return endpoint
    },
    async startFlask() {
      const flask = startProcess([python, 'service.py'], { folder, env })
      const [, url = ''] = await flask.untilWritten('stdout', /^Flask listens on (\S+)\n/)
      return url
    },
  }
}

/** Starts the application, its settings taken along. */
export async function startFlask(settings: Settings = {}): Promise<Flask> {
  const moved = await takeSettings(settings)
  const url = await moved.startFlask()

  async function ask(path: string, { body, headers, method }: Parameters<Flask['ask']>[1] = {}) {
    const response = await fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }

  return {
    ...moved,
    url,
    ask,
    async logIn({ username = 'ada', ...how } = {}) {
      const { body } = await ask('/login', { body: { username, password: PASSWORD, ...how } })
      noteSecretsIn({ accessToken: body.access_token, refreshToken: body.refresh_token })
      return body
    },
  }
}

/** A program of the page beside the packages that it imports. */
async function installInto(folder: string, program: string): Promise<void> {
  await writeFile(join(folder, program), blockOf(program))
  await mkdir(join(folder, 'node_modules'))
  await symlink(ROOT, join(folder, 'node_modules/sallyport'))
  await symlink(`${ROOT}node_modules/better-sqlite3`, join(folder, 'node_modules/better-sqlite3'))
}

/** A block of the page that is a file. */
function blockOf(name: string): string {
  const [, block] = new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(PAGE) ?? []
  if (block === undefined) throw new Error(`the page has no ${name}`)
  return block
}
