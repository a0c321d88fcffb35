import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startSharedServer, type TestServerOptions } from '../support/server.js'

/** Tokens made by running Flask-JWT-Extended; each with the code to expect in the three places. */
interface Vectors {
  readonly secret: string
  readonly rsaPublicKey: string
  readonly ecPublicKey: string
  readonly tokens: readonly {
    readonly id: string
    readonly token: string
    readonly note: string
    readonly access: string
    readonly fresh: string
    readonly refresh: string
    readonly options: Record<string, unknown> & { readonly key?: 'rsa' | 'ec' }
  }[]
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/flask-jwt-extended.json', import.meta.url), 'utf8'),
)

function keyOptions(key: 'rsa' | 'ec' | undefined): TestServerOptions {
  if (key === 'rsa') return { publicKey: vectors.rsaPublicKey }
  return key === 'ec' ? { publicKey: vectors.ecPublicKey } : { secret: vectors.secret }
}

/** One server for all tokens that ask for the same options. */
const configurations = [...new Set(vectors.tokens.map(({ options }) => JSON.stringify(options)))]

describe.each(configurations)('P80 on a server with %s', async (options) => {
  const { key, ...rest } = JSON.parse(options)
  const tokens = vectors.tokens.filter((vector) => JSON.stringify(vector.options) === options)
  const server = await startSharedServer({
    ...keyOptions(key),
    ...rest,
    typeDefs: 'extend type Query { guarded: String @auth recent: String @fresh }',
    resolvers: { Query: { guarded: () => 'guarded', recent: () => 'recent' } },
  })

  test.each(tokens)('P80 $id: $note', async ({ token, access, fresh, refresh }) => {
    for (const [query, expected] of [
      ['{ guarded }', access],
      ['{ recent }', fresh],
    ] as const) {
      const { status, code, body } = await server.ask(query, { token })
      expect(code ?? 'ok', query).toBe(expected)
      expect(status).toBe(expected === 'ok' ? 200 : 401)
      if (expected !== 'ok') expect(body).not.toHaveProperty('data')
    }
    const inArgument = await server.refresh(token)
    const inHeader = await server.ask('mutation { refresh { accessToken } }', { token })
    for (const answer of [inArgument, inHeader]) {
      expect(answer).toMatchObject({ status: 401, code: refresh, data: null })
    }
  })
})

test('P80 there is a token of each kind', () => {
  expect(vectors.tokens.length).toBeGreaterThanOrEqual(15)
})
