import { buildSchema, type GraphQLSchema, parse, printSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { apolloGuard } from '../../../src/guard/apollo.js'
import { guardSchema } from '../../../src/guard/index.js'
import { makeHost } from '../support/host.js'
import { ANYBODY } from '../support/run.js'

const host = makeHost('type Query { open: String secret: String @auth }')

describe('a server that calls the plugin in its own way', () => {
  const LEAKED = { singleResult: { data: { secret: 'leaked' } } }
  const request = (schema: GraphQLSchema, body?: unknown) => ({
    schema,
    document: parse('{ secret }'),
    request: {},
    contextValue: { viewer: ANYBODY },
    response: { http: { status: undefined as number | undefined, headers: new Map<string, string>() }, body },
  })
  const unguarded = buildSchema(printSchema(host.schema))

  test('a schema that is no longer the guarded one answers nobody', async () => {
    const { didResolveOperation, willSendResponse } = await apolloGuard().requestDidStart()
    await expect(didResolveOperation(request(unguarded))).rejects.toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
    const answer = request(unguarded, LEAKED)
    await willSendResponse(answer)
    expect(answer.response.http.status).toBe(500)
    expect(JSON.stringify(answer.response.body)).toContain('INTERNAL_SERVER_ERROR')
    expect(JSON.stringify(answer.response.body)).not.toContain('leaked')
  })

  test('an answer without a body stays as it is', async () => {
    const { willSendResponse } = await apolloGuard().requestDidStart()
    const answer = request(guardSchema(host.schema, { unmarked: 'public' }))
    await willSendResponse(answer)
    expect(answer.response).toEqual({ http: { status: undefined, headers: new Map() }, body: undefined })
  })
})
