import { describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/guard/index.js'
import { makeHost } from './support/host.js'
import { codesOf, coordinatesOf, DOORS, viaYoga } from './support/run.js'

const ADMIN: Viewer = { kind: 'active', roles: ['admin'] }

const host = makeHost(/* GraphQL */ `
  type Query {
    node: Node
    nodes: [Node!]
    entity(id: ID): Entity
    _entities: [Found]
    found: Found
    sealed: Sealed
    book: Book
    deep: Deepest
    owner: Owned
  }
  interface Node {
    id: ID
    title: String
  }
  type Book implements Node & Titled {
    id: ID
    title: String
    draft: String @auth
  }
  type Letter implements Node {
    id: ID
    title: String @auth
  }
  type Diary implements Node & Titled @auth {
    id: ID
    title: String
    owner: Diary
  }
  interface Titled {
    title: String
  }
  interface Entity {
    id: ID
    secret: String @auth
  }
  type Plain implements Entity {
    id: ID
    secret: String
  }
  type Other implements Entity {
    id: ID
    secret: String
  }
  interface Sealed @auth {
    id: ID
  }
  type Envelope implements Sealed {
    id: ID
    text: String
  }
  union Found = Book | Diary | Envelope
  interface Deepest {
    id: ID
  }
  interface Deeper implements Deepest {
    id: ID
    depth: Int @auth
  }
  interface Deep implements Deeper & Deepest {
    id: ID
    depth: Int
  }
  type Well implements Deep & Deeper & Deepest {
    id: ID
    depth: Int
  }
  interface Owned {
    owner: Node
  }
  type House implements Owned {
    owner: Book
  }
`)

const REFUSED = [
  ['G01 an implementor’s guarded field through the interface', '{ node { title } }', ['Node.title']],
  ['G01 in a list', '{ nodes { title } }', ['Node.title']],
  ['G02 an implementor’s guarded type through the interface', '{ node { id } }', ['Node.id']],
  ['G03 an interface’s guarded field on the interface', '{ entity { secret } }', ['Entity.secret']],
  ['G03 on the object, by an inline fragment', '{ entity { ... on Plain { secret } } }', ['Plain.secret']],
  [
    'G03 on the object, by a named fragment',
    '{ entity { ...F } } fragment F on Other { secret }',
    ['Other.secret'],
  ],
  ['G04 a guarded interface type', '{ sealed { __typename } }', ['Query.sealed']],
  ['G04 by an inline fragment', '{ found { ... on Sealed { id } } }', ['Sealed', 'Sealed.id']],
  ['G04 by a named fragment', '{ found { ...F } } fragment F on Sealed { __typename }', ['Sealed']],
  ['G04 its implementor in a union', '{ found { ... on Envelope { text } } }', ['Envelope', 'Envelope.text']],
  ['G05 a fragment on a guarded member', '{ found { ... on Diary { __typename } } }', ['Diary']],
  ['G05 a fragment on another interface of its', '{ found { ... on Titled { title } } }', ['Titled.title']],
  ['G06 node', '{ node { ... on Diary { id } } }', ['Diary', 'Diary.id']],
  ['G06 nodes', '{ nodes { ... on Letter { title } } }', ['Letter.title']],
  ['G06 _entities', '{ _entities { ... on Book { draft } } }', ['Book.draft']],
  ['G07 an interface of an interface of an interface', '{ deep { ... on Well { depth } } }', ['Well.depth']],
  ['G07 by the one between', '{ deep { ... on Deep { depth } } }', ['Deep.depth']],
] as const

const ALLOWED = [
  ['__typename of an abstract type', '{ node { __typename } found { __typename } }'],
  ['G03 another field of the interface', '{ entity { id } }'],
  ['G05 a fragment on its sibling alone', '{ found { ... on Book { title } } }'],
  ['G07 another field, three deep', '{ deep { id ... on Deep { id } } }'],
  [
    'G08 an interface within an object is that object',
    '{ node { ... on Book { ... on Node { id title } } } }',
  ],
  ['G08 by named fragments', '{ node { ...B } } fragment B on Book { ...N } fragment N on Node { title }'],
  ['a field that implementors return more exactly', '{ owner { owner { id title } } }'],
  ['G21 a fragment that is skipped', '{ found { ... on Diary @skip(if: true) { id } } }'],
  ['G01 a sibling by its own type', '{ nodes { ... on Book { title } } }'],
] as const

describe.each(DOORS)('%s', (_name, door) => {
  const run = door(host)

  test.each(REFUSED)('refuses: %s', async (_case, query) => {
    const answer = await run({ query })
    expect([...new Set(codesOf(answer))]).toEqual(['UNAUTHENTICATED'])
    expect(answer.ran).toEqual([])
    expect((await run({ query, viewer: ADMIN })).errors).toEqual([])
  })

  test.each(ALLOWED)('allows: %s', async (_case, query) => {
    expect((await run({ query })).errors).toEqual([])
  })
})

test.each(REFUSED)('the error names what the client wrote: %s', async (_case, query, coordinates) => {
  expect(coordinatesOf(await viaYoga(host)({ query }))).toEqual(coordinates)
})

test('the same fragment narrowed in two ways is judged for each', async () => {
  const run = viaYoga(host)
  const fragment = 'fragment N on Node { title }'
  expect((await run({ query: `{ node { ... on Book { ...N } } } ${fragment}` })).errors).toEqual([])
  const query = `{ node { ... on Book { ...N } ... on Letter { ...N } } } ${fragment}`
  expect(coordinatesOf(await run({ query }))).toEqual(['Node.title'])
})

test('@public on a root field does not cancel what an interface of the root type demands of it', async () => {
  const run = viaYoga(
    makeHost(
      'interface Root { mine: String @auth, ours: String } type Query implements Root @auth { mine: String @public ours: String @public }',
    ),
  )
  expect(codesOf(await run({ query: '{ mine }' }))).toEqual(['UNAUTHENTICATED'])
  expect((await run({ query: '{ ours }' })).errors).toEqual([])
})
