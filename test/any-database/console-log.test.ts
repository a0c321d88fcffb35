import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createAuthContext } from '../../src/context/index.js'
import { createSallyport } from '../../src/index.js'
import { SECRET, startServer, type TestServerOptions } from '../support/server.js'

const METHODS = ['debug', 'info', 'warn', 'error'] as const
const DATABASE = 'postgresql://root:hunter2@db'

const typeDefs = 'extend type Query { broken: Int @public }'
const resolvers = {
  Query: {
    broken() {
      throw new Error(`cannot reach ${DATABASE}`, { cause: new Error('no route') })
    },
  },
}

/** What reaches the console until the test is over, a text each. */
function watchConsole() {
  const lines: { method: string; text: string }[] = []
  for (const method of METHODS) {
    const spy = vi.spyOn(console, method).mockImplementation((...said) => {
      const text = said.map((one) => (typeof one === 'string' ? one : inspect(one))).join(' ')
      lines.push({ method, text })
    })
    onTestFinished(() => spy.mockRestore())
  }
  return lines
}

/** Asks for the field that fails: the `id` that was answered, what the console has, and the server. */
async function fail(options: TestServerOptions) {
  const lines = watchConsole()
  const server = await startServer({
    typeDefs,
    resolvers,
    logger: undefined,
    logLevel: undefined,
    ...options,
  })
  const { code, errors } = await server.ask('{ broken }')
  expect(code).toBe('INTERNAL_SERVER_ERROR')
  return { id: String(errors[0]?.extensions.id), lines, server }
}

describe('without a logger', () => {
  test('what a resolver throws reaches the console, under the id of the answer and without a secret', async () => {
    const { id, lines } = await fail({})
    const text = lines.map((line) => line.text).join('\n')
    expect(lines[0]).toMatchObject({ method: 'error', text: expect.stringContaining(id) })
    expect(text).toMatch(/^sallyport: request failed .*?\nError: cannot reach \S+\n {4}at /s)
    expect(text).toMatch(/\ncaused by Error: no route\n/)
    expect(text).not.toMatch(/hunter2|undefined/)
    expect(new Set(lines.map(({ method }) => method))).toEqual(new Set(['error']))
  })

  test('`logLevel` says how much of it', async () => {
    const { lines, server } = await fail({ logLevel: 'debug' })
    await server.ask('{ whoami { state } }')
    await vi.waitFor(() => expect(lines.map(({ method }) => method)).toContain('debug'))
  })

  test.each<TestServerOptions>([{ logLevel: 'silent' }, { logger: false }])(
    'nothing with %j',
    async (options) => {
      const { lines } = await fail(options)
      expect(lines).toEqual([])
    },
  )

  test('`createAuthContext` tells the console what failed, and not whom it refused', async () => {
    const lines = watchConsole()
    const { clock, signUp } = await startServer()
    const authorizations = [`Bearer ${(await signUp()).accessToken}`, 'Bearer garbage']
    const isRevoked = () => {
      throw new Error('no route')
    }
    const ask = async (logger?: false) => {
      const auth = createAuthContext({ secret: SECRET, clock, isRevoked, logger })
      for (const authorization of authorizations) await auth({ headers: { authorization } })
    }
    await ask(false)
    expect(lines).toEqual([])
    await ask()
    expect(lines).toEqual([{ method: 'error', text: expect.stringMatching(/^sallyport: .*no route/s) }])
  })
})

test.each([true, null, 'console', {}, { error() {} }])(
  'a logger that is none is refused: %j',
  async (given) => {
    const logger = given as unknown as false
    await expect(createSallyport({ logger })).rejects.toMatchObject({ option: 'logger' })
    expect(() => createAuthContext({ secret: SECRET, logger })).toThrow(/^logger: /)
  },
)
