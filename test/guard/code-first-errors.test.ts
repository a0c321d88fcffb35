import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  versionInfo,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { type GuardOptions, GuardSchemaError, guardSchema } from '../../src/guard/index.js'

/** SDL is checked by graphql; what a code-first schema says nobody has looked at. */
function problemsOf(directives: unknown): readonly string[] {
  const fields = { a: { type: GraphQLString, extensions: { directives } } }
  const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) })
  try {
    guardSchema(schema, { unmarked: 'public' })
  } catch (error) {
    if (error instanceof GuardSchemaError) return error.problems
    throw error
  }
  return []
}

describe('G18 in extensions', () => {
  test.each([
    [{ auth: { optional: 'yes' } }, 'Query.a: @auth(optional:) takes true or false'],
    [{ auth: { onDeny: 'MAYBE' } }, 'Query.a: @auth(onDeny:) takes REJECT or NULL'],
    [{ auth: { roles: [1] } }, 'Query.a: @auth(roles:) takes a list of names'],
    [{ auth: { claims: ['tier'] } }, 'Query.a: @auth(claims:) takes { name: "…", in: ["…"] }'],
    [{ auth: { role: 'admin' } }, "Query.a: @auth(role:) is not an argument of the guard's; remove it"],
    [{ fresh: { maxAge: '5m' } }, 'Query.a: @fresh(maxAge:) takes whole seconds, at least 1'],
    [
      [{ name: 'auth', args: { roles: [] } }],
      'Query.a: @auth(roles: []) would let nobody in; name some, or remove it',
    ],
  ])('%j is a mistake that is named', (directives, problem) => {
    expect(problemsOf(directives)).toEqual([problem])
  })

  test.each([
    [{ auth: true }],
    [{ auth: { onDeny: 'REJECT', roles: 'admin' } }],
    [{ auth: { claims: { name: 'tier', in: 'gold' } } }],
    [[{ name: 'auth' }]],
  ])('%j is a rule', (directives) => {
    expect(problemsOf(directives)).toEqual([])
  })
})

describe('H12 in extensions', () => {
  const admin = { roles: ['admin'] }
  class Rule {
    roles = ['admin']
  }

  test.each([
    [[{ auth: admin }]],
    [[['auth', admin]]],
    [['auth']],
    [new Map([['auth', admin]])],
    [new Set(['auth'])],
    ['auth'],
    [true],
    [Object.create({ auth: admin })],
    [Object.defineProperty({}, 'auth', { value: admin })],
    [new Array(1)],
    [[{ name: 1, args: admin }]],
  ])('%o is a shape that stops the start', (directives) => {
    expect(problemsOf(directives)).toContainEqual(
      expect.stringMatching(/^Query\.a: extensions\.directives has a shape/),
    )
  })

  test.each([
    [{ auth: [] }],
    [{ auth: ['admin'] }],
    [{ auth: 'admin' }],
    [{ auth: null }],
    [{ auth: undefined }],
    [{ auth: false }],
    [{ auth: new Map([['roles', ['admin']]]) }],
    [{ auth: new Rule() }],
    [{ auth: [admin, ['admin']] }],
    [{ public: false }],
    [[{ name: 'auth', arguments: admin }]],
    [[{ name: 'auth', args: 'admin' }]],
  ])('%o has arguments that stop the start', (directives) => {
    expect(problemsOf(directives)).toContainEqual(
      expect.stringMatching(/^Query\.a: @\w+ has a shape in extensions\.directives/),
    )
  })

  test.each([[{ roles: undefined }], [{ onDeny: undefined, roles: ['admin'] }]])(
    'an argument that is undefined stops the start: %o',
    (auth) => {
      expect(problemsOf({ auth })).toEqual([expect.stringMatching(/^Query\.a: @auth\(\w+:\) is undefined/)])
    },
  )

  test.each([
    ['@auth', 'auth'],
    ['Auth', 'auth'],
    ['AUTH', 'auth'],
    ['auht', 'auth'],
    ['ath', 'auth'],
    ['freesh', 'fresh'],
    ['polcy', 'policy'],
    ['pubilc', 'public'],
  ])('%s is nearly one of ours, which stops the start', (name, meant) => {
    const problem = `Query.a: extensions.directives has "${name}", which the guard does not read; did you mean "${meant}"?`
    expect(problemsOf({ [name]: {} })).toContain(problem)
    expect(problemsOf([{ name }])).toContain(problem)
  })

  test('other names are left alone, whatever their arguments', () => {
    expect(problemsOf({ auth: true, cacheControl: 'public', key: [], tag: new Map() })).toEqual([])
    expect(problemsOf([{ name: 'auth' }, { name: 'tag', arguments: 1 }])).toEqual([])
  })
})

describe('options that are no use', () => {
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString } } }),
  })
  test.each([
    [undefined, 'unmarked'],
    [{ unmarked: 'public', freshFor: 'soon' }, 'freshFor'],
    [{ unmarked: 'public', leeway: 'some' }, 'leeway'],
    [{ unmarked: 'public', directives: { guard: 'auth' } }, 'directives.guard'],
    [{ unmarked: 'public', directives: { auth: 'fresh' } }, 'directives'],
  ])('%j: the error names the option', (options, option) => {
    expect(() => guardSchema(schema, options as GuardOptions)).toThrow(expect.objectContaining({ option }))
  })
})

test('what goes wrong while a rule is read is thrown as it is', () => {
  const auth = {
    get roles() {
      throw new RangeError('of the host')
    },
  }
  expect(() => problemsOf({ auth })).toThrow(RangeError)
})

describe('a default that gives something guarded', () => {
  const owner = { type: GraphQLString, extensions: { directives: { auth: true } } }
  const filter = new GraphQLInputObjectType({
    name: 'Filter',
    fields: { owner, text: { type: GraphQLString } },
  })
  // graphql 17 has its own name for a default, beside the one of graphql 16.
  const defaults = (value: unknown) =>
    versionInfo.major < 17 ? [{ defaultValue: value }] : [{ defaultValue: value }, { default: { value } }]

  test.each([
    ['in a list', [{ owner: 'x' }], true],
    ['as one in place of a list', { owner: 'x' }, true],
    ['not at all', [{ text: 'x' }], false],
  ])('%s', (_how, value, isProblem) => {
    for (const given of defaults(value)) {
      const args = { filters: { type: new GraphQLList(filter), ...given } }
      const fields = { a: { type: GraphQLString, args } }
      const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) })
      const guard = () => guardSchema(schema, { unmarked: 'public' })
      if (isProblem) expect(guard).toThrow('Query.a(filters:): its default gives Filter.owner')
      else expect(guard).not.toThrow()
    }
  })
})
