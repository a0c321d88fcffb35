import { makeExecutableSchema } from '@graphql-tools/schema'
import Fastify from 'fastify'
import { parse } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { mercurius } from 'mercurius'
import { describe, expect, test } from 'vitest'
import { guardSchema, guardTypeDefs, type Viewer } from '../../../src/guard/index.js'
import { mercuriusGuard } from '../../../src/guard/mercurius.js'

const typeDefs = /* GraphQL */ `
  type Query {
    open: Int @public
  }
  type Mutation {
    save(profile: Profile, note: String @auth(roles: ["admin"])): String @public
    saveAll(profiles: [Profile!]): String @public
  }
  input Profile {
    nick: String
    owner: ID @auth(roles: ["admin"])
    within: Profile
  }
`

function makeGuarded() {
  const got: object[] = []
  const save = (_source: unknown, args: object) => {
    got.push(args)
    return 'saved'
  }
  const schema = guardSchema(
    makeExecutableSchema({
      typeDefs: [guardTypeDefs, typeDefs],
      resolvers: { Mutation: { save, saveAll: save } },
    }),
    { unmarked: 'error', viewer: (context) => (context as { viewer: Viewer }).viewer },
  )
  return { schema, got }
}

const OWNER = [
  'mutation ($o: ID) { save(profile: { nick: "x", owner: $o }) }',
  'mutation ($o: ID) { save(profile: { within: { owner: $o } }) }',
  'mutation ($o: ID) { saveAll(profiles: [{ nick: "x" }, { owner: $o }]) }',
]
const NOBODY: Viewer = { kind: 'anonymous' }
const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

/** Whether any guarded input reached the resolver. */
const holdsGuarded = (args: object) => /"owner"|"note"/.test(JSON.stringify(args))

describe('H8: what the executor hands to the resolver counts', () => {
  test.each(OWNER)('graphql-jit: %s', async (query) => {
    const { schema, got } = makeGuarded()
    const compiled = compileQuery(schema, parse(query))
    if (!isCompiledQuery(compiled)) throw new Error(JSON.stringify(compiled))
    const run = async (viewer: Viewer) => compiled.query({}, { viewer }, {})
    const refused = await run(NOBODY)
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
    expect(got).toEqual([])
    expect((await run({ kind: 'active' })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect((await run(ADMIN)).errors).toBeUndefined()
    expect(got).toHaveLength(1)
  })

  test.each([0, 1])('Mercurius, jit: %i', async (jit) => {
    const { schema, got } = makeGuarded()
    const app = Fastify()
    await app.register(mercurius, { schema, jit, context: () => ({ viewer: NOBODY }) })
    mercuriusGuard(app)
    for (const query of [...OWNER, 'mutation ($n: String) { save(note: $n) }']) {
      // The second time Mercurius runs what it compiled.
      for (const _round of [1, 2]) {
        await app.inject({ method: 'POST', url: '/graphql', payload: { query } })
      }
      for (const variables of [
        { o: null, n: null },
        { o: '1', n: 'x' },
      ]) {
        const given = query.includes('$o') ? { o: variables.o } : { n: variables.n }
        const response = await app.inject({
          method: 'POST',
          url: '/graphql',
          payload: { query, variables: given },
        })
        expect(response.json().errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
      }
    }
    await app.close()
    expect(got.filter(holdsGuarded)).toEqual([])
  })
})
