import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('./tracers/traced-servers.cjs', import.meta.url))

test('H6: a schema whose resolvers OpenTelemetry wraps in place serves everybody, and stays guarded', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const answersOf = (server: string) => [
    [server, 'nobody', { shop: 'open' }, []],
    [server, 'nobody', null, ['UNAUTHENTICATED']],
    [server, 'nobody', { shop: 'open' }, []],
    [server, 'nobody', { maybe: null }, ['UNAUTHENTICATED']],
    [server, 'user', { shop: 'open' }, []],
    [server, 'user', { shop: 'open', me: 'me' }, []],
    [server, 'user', { shop: 'open' }, []],
    [server, 'user', { maybe: 'maybe' }, []],
  ]
  expect(lines.map(({ server, who, data, codes }) => [server, who, data, codes])).toEqual([
    ...answersOf('mercurius'),
    ...answersOf('apollo'),
  ])
  // The instrumentation did wrap: the first resolver of each server is traced.
  for (const server of ['mercurius', 'apollo']) {
    expect(lines.filter((line) => line.server === server).some(({ traced }) => traced > 0)).toBe(true)
  }
})
