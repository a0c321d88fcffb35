import { execute, type GraphQLResolveInfo, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { ANYBODY } from './support/run.js'

const USER: Viewer = { kind: 'active', roles: ['user'] }
const OPTIONS = {
  unmarked: 'public',
  viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
} as const

describe('a subscription that an executor runs as a query', () => {
  const host = makeHost(/* GraphQL */ `
    type Query { a: Int }
    type Subscription { open: String news: String @auth sealed: Sealed }
    type Sealed @auth(roles: ["admin"]) { text: String }
  `)
  const schema = guardSchema(host.schema, OPTIONS)

  async function run(query: string, viewer: Viewer) {
    host.ran.length = 0
    const { errors } = await execute({ schema, document: parse(query), contextValue: { viewer } })
    return { code: errors?.[0]?.extensions.code ?? null, ran: [...host.ran] }
  }

  test.each([
    ['subscription { news }', ANYBODY, 'UNAUTHENTICATED'],
    ['subscription { open news }', { kind: 'expired' }, 'TOKEN_EXPIRED'],
    ['subscription { open sealed { __typename } }', USER, 'FORBIDDEN'],
  ] as const)('is judged before anything resolves: %s', async (query, viewer, code) => {
    expect(await run(query, viewer)).toEqual({ code, ran: [] })
  })

  test('resolves for a caller who may have it', async () => {
    expect(await run('subscription { news }', USER)).toEqual({ code: null, ran: ['Subscription.news'] })
  })
})

describe('an executor that runs a field in spite of the document’s conditions', () => {
  const host = makeHost(/* GraphQL */ `
    type Query {
      open: String
      user: String @auth
      admin: String @auth(roles: ["admin"])
      both: String @auth(onDeny: NULL) @auth(roles: ["admin"])
      maybe: String @auth(onDeny: NULL)
    }
  `)
  const schema = guardSchema(host.schema, OPTIONS)
  const fields = schema.getQueryType()?.getFields() ?? {}

  /** Skips all but `open`, and then calls `name` as the executor would. */
  async function runSkipped(name: string, viewer: Viewer) {
    const open = fields.open
    const contextValue = { viewer }
    let seen: GraphQLResolveInfo | undefined
    const { resolve } = open ?? {}
    if (open) {
      open.resolve = (source, args, context, info) => {
        seen = info
        return resolve?.(source, args, context, info)
      }
    }
    const document = parse(`query ($skip: Boolean!) { open ${name} @skip(if: $skip) }`)
    const result = await execute({ schema, document, contextValue, variableValues: { skip: true } })
    expect(result.errors).toBeUndefined()
    host.ran.length = 0
    const info = { ...seen, fieldName: name, path: { prev: undefined, key: name, typename: 'Query' } }
    try {
      await fields[name]?.resolve?.({}, {}, contextValue, info as GraphQLResolveInfo)
      return { code: null, ran: [...host.ran] }
    } catch (error) {
      return { code: (error as { extensions: { code: string } }).extensions.code, ran: [...host.ran] }
    }
  }

  test.each([
    ['user', ANYBODY, 'UNAUTHENTICATED'],
    ['admin', USER, 'FORBIDDEN'],
    ['both', USER, 'FORBIDDEN'],
    ['both', ANYBODY, 'UNAUTHENTICATED'],
    ['maybe', ANYBODY, 'UNAUTHENTICATED'],
  ] as const)('%s is refused by its rules that reject too', async (name, viewer, code) => {
    expect(await runSkipped(name, viewer)).toEqual({ code, ran: [] })
  })

  test('it runs for a caller who may have it', async () => {
    expect(await runSkipped('user', USER)).toEqual({ code: null, ran: ['Query.user'] })
  })
})
