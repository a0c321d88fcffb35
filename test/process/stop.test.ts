import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder, startProgram } from './start-process.js'
import { askServer, enterDocument, startServer } from './start-server.js'

/** Sends all of a request but its body, and waits until the server has begun with it. */
async function beginRequest(url: string) {
  const body = JSON.stringify({ query: enterDocument('signup', 'ada') })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const begun = request(url, { method: 'POST', headers: { ...headers, expect: '100-continue' } })
  begun.flushHeaders()
  await once(begun, 'continue')
  return async () => {
    begun.end(body)
    const [response] = await once(begun, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    return { response, body: JSON.parse(text) }
  }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets a request under way finish, and takes no more',
  async (signal) => {
    const folder = await makeFolder()
    const server = await startServer({ folder })
    const finish = await beginRequest(server.url)
    server.child.kill(signal)
    await server.untilWritten('stderr', /"stopping"/)
    // What came in just before is answered still.
    const knock = () =>
      askServer(server.url, '{ whoami { state } }').then(
        () => 'answered',
        (error) => error.cause.code,
      )
    await expect.poll(knock).toBe('ECONNREFUSED')

    const { response, body } = await finish()
    expect(response.statusCode).toBe(200)
    expect(response.headers.connection).toBe('close')
    expect(await server.ended).toMatchObject({ code: 0, signal: null })

    const next = await startServer({ folder })
    const me = await next.ask('{ me { username } }', body.data.signup.accessToken)
    expect(me.data).toEqual({ me: { username: 'ada' } })
  },
)

test('being asked to stop again changes nothing', async () => {
  const server = await startServer({ folder: await makeFolder() })
  const finish = await beginRequest(server.url)
  server.child.kill('SIGINT')
  await server.untilWritten('stderr', /"stopping"/)
  server.child.kill('SIGINT')
  server.child.kill('SIGTERM')
  expect((await finish()).response.statusCode).toBe(200)
  const { code, stderr } = await server.ended
  expect(code).toBe(0)
  expect(stderr.match(/"stopping"/g)).toHaveLength(1)
})

test('connections on which nothing is asked do not hold up the end', async () => {
  const server = await startServer({ folder: await makeFolder() })
  const { port, hostname } = new URL(server.url)
  const silent = connect(Number(port), hostname)
  await once(silent, 'connect')
  // Answered, and kept alive.
  await server.ask('{ whoami { state } }')
  server.child.kill('SIGTERM')
  await once(silent, 'close')
  expect(await server.ended).toMatchObject({ code: 0 })
})

test('F13: connections that the system accepted before the stop are answered', async () => {
  const server = await startServer({ folder: await makeFolder() })
  // It accepts nothing while it is suspended; its system does.
  server.child.kill('SIGSTOP')
  const asked = await Promise.all(
    Array.from({ length: 20 }, () => {
      const begun = request(server.url.replace('/graphql', '/health'), { agent: false })
      const answered = once(begun, 'response').then(([response]) => response.resume().statusCode)
      begun.end()
      return once(begun, 'finish').then(() => ({ answered }))
    }),
  )
  server.child.kill('SIGTERM')
  server.child.kill('SIGCONT')
  const statuses = await Promise.all(asked.map(({ answered }) => answered))
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200))
  expect(await server.ended).toMatchObject({ code: 0 })
})

test('F13: a stream does not hold up the end', async () => {
  const server = await startServer({ folder: await makeFolder() })
  const { accessToken } = await server.signUp('ada')
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${accessToken}`,
    },
    body: JSON.stringify({ query: 'subscription { sessionEvents { type } }' }),
  })
  const begun = performance.now()
  server.child.kill('SIGTERM')
  expect(await response.text()).toMatch(/"code":"UNAVAILABLE","action":"retry".*\n\nevent: complete/)
  expect(await server.ended).toMatchObject({ code: 0 })
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('asked to stop while it waits for its database, it ends at once', async () => {
  const mute = createServer()
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void mute.close())
  const address = mute.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const connected = once(mute, 'connection')
  const env = { DATABASE_URL: `postgresql://ada@127.0.0.1:${port}/auth`, PORT: '0' }
  const program = startProgram(['serve'], { folder: await makeFolder(), env })
  await connected
  program.child.kill('SIGTERM')
  expect(await program.ended).toMatchObject({ code: 0, signal: null, stdout: '' })
})

test('a reader of its output that goes away does not end it', async () => {
  const server = await startServer({ folder: await makeFolder() })
  server.child.stdout?.destroy()
  server.child.stderr?.destroy()
  const { accessToken } = await server.signUp('ada')
  expect((await server.ask('{ me { username } }', accessToken)).data).toEqual({ me: { username: 'ada' } })
  server.child.kill('SIGTERM')
  expect(await once(server.child, 'exit')).toEqual([0, null])
})
