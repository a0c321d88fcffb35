/**
 * What the suite does in its short form, for as long as there is time: the model of sessions against both databases,
 * every fault at every statement, `kill -9` in the middle of the work, and hangs of PostgreSQL.
 *
 *   npm run soak                      100 rounds of each
 *   npm run soak -- --rounds 1000 --provider sqlite --only kill
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    provider: { type: 'string', multiple: true, default: ['sqlite', 'postgresql'] },
    only: { type: 'string', multiple: true, default: ['model', 'faults', 'kill', 'hang'] },
  },
})

const failed: string[] = []
await run('npm', ['run', '--silent', 'build'])
for (const provider of values.provider) {
  for (const what of values.only) {
    // SQLite has no process that could hang.
    if (what === 'hang' && provider === 'sqlite') continue
    if (!(await run('npx', commandFor(what, provider)))) failed.push(`${what} on ${provider}`)
  }
}
console.log(failed.length === 0 ? 'nothing failed' : `FAILED: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)

function commandFor(what: string, provider: string): string[] {
  const rounds = ['--rounds', values.rounds]
  if (what === 'kill') return ['tsx', 'test/soak/kill.ts', '--provider', provider, ...rounds]
  if (what === 'hang') return ['tsx', 'test/soak/hang.ts', ...rounds]
  return ['vitest', 'run', '--project', provider, `test/front-door/${what}/`]
}

async function run(command: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, SOAK_ROUNDS: values.rounds }
  const [code] = await once(spawn(command, args, { stdio: 'inherit', env }), 'exit')
  return code === 0
}
