import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeFolder, runProgram } from './start-process.js'
import { startServer, type Tokens } from './start-server.js'

const ME = '{ me { username } }'
const refresh = (token: string) =>
  `mutation { refresh(refreshToken: "${token}") { accessToken refreshToken } }`

test('on a full disk writes are refused, reads go on, and nothing acknowledged is lost', async () => {
  const folder = await makeFolder()
  // Half a megabyte a file: enough for the database, not for its journal.
  const server = await startServer({ folder, maxFileBlocks: 1_000 })
  const acknowledged: Tokens[] = [await server.signUp('ada')]
  let newest = acknowledged[0]?.refreshToken ?? ''
  let refused: { status: number; code: string | undefined }
  for (;;) {
    refused = await server.ask(refresh(newest))
    if (refused.code !== undefined) break
    const tokens: Tokens = (refused as { data: { refresh: Tokens } } & typeof refused).data.refresh
    acknowledged.push(tokens)
    newest = tokens.refreshToken
  }
  expect(refused).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
  const login =
    'mutation { login(input: { username: "ada", password: "correct horse battery" }) { tokenType } }'
  expect(await server.ask(login)).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
  expect((await server.ask(ME, acknowledged.at(-1)?.accessToken)).data).toEqual({ me: { username: 'ada' } })
  // A single row may still find room: it says nothing of the next login.
  await sleep(3_500)
  expect((await fetch(new URL('/ready', server.url))).status).toBe(503)
  server.child.kill('SIGTERM')
  const { code, stderr } = await server.ended
  expect(code).toBe(0)
  for (const { accessToken, refreshToken } of acknowledged) {
    expect(stderr).not.toContain(accessToken)
    expect(stderr).not.toContain(refreshToken)
  }

  const roomy = await startServer({ folder })
  expect(acknowledged.length).toBeGreaterThan(5)
  for (const { accessToken } of acknowledged) {
    const { data, code } = await roomy.ask(ME, accessToken)
    expect(data?.me ?? code).toEqual({ username: 'ada' })
  }
  expect((await roomy.ask(refresh(newest))).code).toBeUndefined()
})

test('a disk that is full at the start stops it with one line that names the option', async () => {
  const { code, stdout, stderr } = await runProgram(['serve'], {
    folder: await makeFolder(),
    maxFileBlocks: 20,
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.split('\n').slice(-2)).toEqual([expect.stringMatching(/^sallyport: DATABASE_URL: /), ''])
})
