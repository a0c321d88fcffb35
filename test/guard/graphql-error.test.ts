import { type GraphQLResolveInfo, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/base/errors.js'
import { httpOf, toGraphQLError } from '../../src/base/graphql-error.js'
import { guardSchema, type Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'

describe('an error of ours as GraphQL’s', () => {
  test('has code, action and details, and no status unless asked for', () => {
    const error = toGraphQLError(new AuthError('CONFLICT', { details: { field: 'x' } }))
    expect(error.extensions).toEqual({ code: 'CONFLICT', action: 'none', field: 'x' })
    const answer = toGraphQLError(new AuthError('FORBIDDEN'), { http: true })
    expect(answer.extensions.http).toEqual({
      status: 403,
      headers: { 'WWW-Authenticate': 'Bearer realm="sallyport", error="insufficient_scope"' },
    })
  })

  test('details cannot take the place of code and action', () => {
    const error = toGraphQLError(new AuthError('NOT_FOUND', { details: { code: 'OTHER', action: 'login' } }))
    expect(error.extensions).toEqual({ code: 'NOT_FOUND', action: 'none' })
  })

  test('keeps the cause for the log and prints none of it', () => {
    const cause = new Error('secret of the host')
    const error = toGraphQLError(new AuthError('UNAVAILABLE', { cause }))
    expect(error.cause).toBe(cause)
    expect(error.originalError).toBeUndefined()
    expect(JSON.stringify(error)).not.toContain('secret of the host')
  })

  test.each([
    [new AuthError('RATE_LIMITED', { retryAfterSeconds: 1.2 }), { 'Retry-After': '2' }],
    [new AuthError('UNAVAILABLE', { retryAfterSeconds: 0 }), { 'Retry-After': '1' }],
    [new AuthError('UNAVAILABLE'), {}],
    [new AuthError('UNAUTHENTICATED'), { 'WWW-Authenticate': 'Bearer realm="sallyport"' }],
    [
      new AuthError('FRESH_REQUIRED', { details: { maxAge: 60 } }),
      {
        'WWW-Authenticate':
          'Bearer realm="sallyport", error="insufficient_user_authentication", max_age="60"',
      },
    ],
    [
      new AuthError('FORBIDDEN', { details: { maxAge: '1", x="' } }),
      { 'WWW-Authenticate': 'Bearer realm="sallyport", error="insufficient_scope"' },
    ],
  ])('$code: its headers', (error, headers) => {
    expect(httpOf(error).headers).toEqual(headers)
  })
})

test('G36 a verdict is not taken over by another context, nor by another field', () => {
  const host = makeHost('type Query { secret: String @auth admin: String @auth(roles: ["admin"]) }')
  const schema = guardSchema(host.schema, {
    unmarked: 'error',
    viewer: (context: unknown) => (context as { viewer: Viewer }).viewer,
  })
  const fields = schema.getQueryType()?.getFields()
  const operation = parse('{ secret }').definitions[0]
  const call = (name: string, viewer: Viewer, variableValues: object) => {
    const info = {
      schema,
      operation,
      fragments: {},
      variableValues,
      fieldName: 'secret',
      parentType: schema.getQueryType(),
      path: { prev: undefined, key: 'secret', typename: 'Query' },
    } as unknown as GraphQLResolveInfo
    return fields?.[name]?.resolve?.({}, {}, { viewer }, info)
  }
  // One object for all executions, as an executor of somebody's might have it; and one that nothing can be kept on.
  for (const variables of [{}, Object.freeze({})]) {
    expect(call('secret', { kind: 'active' }, variables)).toBe('Query.secret')
    expect(() => call('secret', { kind: 'anonymous' }, variables)).toThrow('You must be logged in.')
    expect(() => call('admin', { kind: 'active' }, variables)).toThrow('You are not allowed')
    expect(call('secret', { kind: 'active' }, variables)).toBe('Query.secret')
  }
})
