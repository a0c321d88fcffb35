import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  introspectionFromSchema,
  validateSchema,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/guard/index.js'
import { coordinatesIn } from './support/coordinates.js'
import { makeHost } from './support/host.js'
import { ANYBODY, type Door, INTROSPECTION_DOORS } from './support/run.js'

const ADA: Viewer = { kind: 'active' }
const ADMIN: Viewer = { kind: 'active', roles: ['admin'], scopes: ['write'], claims: { tier: 'gold' } }

/** What of it a viewer is shown. */
async function shownOf(typeDefs: string, viewer: Viewer, door: Door): Promise<string[]> {
  const run = door(makeHost(typeDefs), { introspection: 'filtered' })
  const answer = await run({ query: getIntrospectionQuery(), viewer })
  expect([answer.errors, answer.ran]).toEqual([[], []])
  const schema = buildClientSchema(answer.data as IntrospectionQuery)
  expect(validateSchema(schema)).toEqual([])
  return coordinatesIn(schema)
}

/** Without an order: what a viewer is not shown. */
async function hiddenOf(typeDefs: string, viewer: Viewer, door: Door): Promise<string[]> {
  const shown = await shownOf(typeDefs, viewer, door)
  const whole = coordinatesIn(buildClientSchema(introspectionFromSchema(makeHost(typeDefs).schema)))
  expect(whole).toEqual(expect.arrayContaining(shown))
  return whole.filter((coordinate) => !shown.includes(coordinate))
}

interface Row {
  readonly what: string
  readonly typeDefs: string
  /** Not shown to nobody, and to somebody without any rights. */
  readonly toNobody: readonly string[]
  readonly toAda: readonly string[]
  readonly toAdmin?: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    what: 'a field, and what only that field leads to',
    typeDefs:
      'type Query { open: Int a: A @auth } type A { b: B } type B { a: A level: Level! key: Key } enum Level { HIGH } scalar Key',
    toNobody: ['A', 'A.b', 'B', 'B.a', 'B.key', 'B.level', 'Key', 'Level', 'Level.HIGH', 'Query.a'],
    toAda: [],
  },
  {
    what: 'roles, scopes, claims, and all of them together',
    typeDefs: `type Query {
      open: Int @auth(optional: true)
      a: Int @auth(roles: ["admin", "root"])
      b: Int @auth(scopes: [["read"], ["write"]])
      c: Int @auth(claims: [{ name: "tier", in: ["gold"] }])
      d: Int @auth(roles: ["admin"], scopes: [["read"]])
    }`,
    toNobody: ['Query.a', 'Query.b', 'Query.c', 'Query.d'],
    toAda: ['Query.a', 'Query.b', 'Query.c', 'Query.d'],
    toAdmin: ['Query.d'],
  },
  {
    what: 'what shows at the time alone counts as met, once the rest is',
    typeDefs: `type Query {
      open: Int
      a: Int @fresh
      b: Int @fresh(maxAge: 60) @auth(roles: ["admin"])
      c: Int @policy(policies: [["p"]])
      d: Int @policy(policies: [["p"]]) @auth(roles: ["admin"])
    }`,
    toNobody: ['Query.a', 'Query.b', 'Query.c', 'Query.d'],
    toAda: ['Query.b', 'Query.d'],
  },
  {
    what: 'an argument, and a field that cannot do without it',
    typeDefs: `type Query {
      open(a: Int, b: Int @auth, c: Only @auth): Int
      needs(key: Key! @auth(roles: ["admin"])): Int
    } scalar Key input Only { a: Int }`,
    toNobody: [
      'Key',
      'Only',
      'Only.a',
      'Query.needs',
      'Query.needs(key:)',
      'Query.open(b:)',
      'Query.open(c:)',
    ],
    toAda: ['Key', 'Query.needs', 'Query.needs(key:)'],
  },
  {
    what: 'an input field, an input that cannot do without it, and what needs that',
    typeDefs: `type Query { open(box: Box): Int needs(inner: Inner!): Int }
      input Box { size: Int inner: Inner secret: Int @auth empty: Empty }
      input Inner { needed: String! @auth(roles: ["admin"]) more: Int }
      input Empty { only: Int @auth(roles: ["admin"]) }`,
    toNobody: [
      ...[
        'Box.empty',
        'Box.inner',
        'Box.secret',
        'Empty',
        'Empty.only',
        'Inner',
        'Inner.more',
        'Inner.needed',
      ],
      ...['Query.needs', 'Query.needs(inner:)'],
    ],
    toAda: [
      ...['Box.empty', 'Box.inner', 'Empty', 'Empty.only', 'Inner', 'Inner.more', 'Inner.needed'],
      ...['Query.needs', 'Query.needs(inner:)'],
    ],
  },
  {
    what: 'an implementor, while the others stay',
    typeDefs: `type Query { node: Node } interface Node { id: ID }
      type Open implements Node { id: ID } type Diary implements Node @auth { id: ID pages: Int }`,
    toNobody: ['Diary', 'Diary.id', 'Diary.pages', 'Diary:Node'],
    toAda: [],
  },
  {
    what: 'an interface with its rule, or with the last of its implementors',
    typeDefs: `type Query { open: Int a: A b: B } interface A @auth { id: ID } interface B { id: ID }
      type OfA implements A { id: ID } type OfB implements B @auth(roles: ["admin"]) { id: ID }`,
    toNobody: [
      'A',
      'A.id',
      'B',
      'B.id',
      'OfA',
      'OfA.id',
      'OfA:A',
      'OfB',
      'OfB.id',
      'OfB:B',
      'Query.a',
      'Query.b',
    ],
    toAda: ['B', 'B.id', 'OfB', 'OfB.id', 'OfB:B', 'Query.b'],
  },
  {
    what: 'an interface’s field, with that of each implementor and the other way round',
    typeDefs: `type Query { node: Node } interface Base { id: ID name: String at: Int } interface Node implements Base { id: ID name: String at: Int }
      type Open implements Node & Base { id: ID name: String at: Int } type Half implements Node & Base { id: ID name: String @auth at: Int }
      extend interface Base { late: Int @auth } extend interface Node { late: Int } extend type Open { late: Int } extend type Half { late: Int }`,
    toNobody: ['Base.late', 'Base.name', 'Half.late', 'Half.name', 'Node.late', 'Node.name', 'Open.late'],
    toAda: [],
  },
  {
    what: 'what implements a shown interface and is returned by nothing that is shown, and what is below it',
    typeDefs: `type Query { user: User audit: AuditRow @auth(roles: ["admin"]) node: Node @auth(roles: ["admin"]) }
      interface Node { id: ID } interface Named implements Node { id: ID name: String }
      type User implements Named & Node { id: ID name: String }
      type AuditRow implements Named & Node { id: ID name: String passwordHash: Hash by: Agent } scalar Hash type Agent { ip: String }`,
    toNobody: [
      ...['Agent', 'Agent.ip', 'AuditRow', 'AuditRow.by', 'AuditRow.id', 'AuditRow.name'],
      ...['AuditRow.passwordHash', 'AuditRow:Named', 'AuditRow:Node', 'Hash', 'Query.audit', 'Query.node'],
    ],
    toAda: [
      ...['Agent', 'Agent.ip', 'AuditRow', 'AuditRow.by', 'AuditRow.id', 'AuditRow.name'],
      ...['AuditRow.passwordHash', 'AuditRow:Named', 'AuditRow:Node', 'Hash', 'Query.audit', 'Query.node'],
    ],
  },
  {
    what: 'what an interface’s field could return, and no object’s does',
    typeDefs: `type Query { doc: Doc ownable: Ownable @auth } interface Node { id: ID } interface Ownable { owner: Node }
      type Doc implements Ownable { owner: User } type Log implements Ownable { owner: Robot }
      type User implements Node { id: ID } type Robot implements Node { id: ID } type Never implements Node { id: ID }
      extend type Query { never: Never @auth }`,
    toNobody: [
      ...['Log', 'Log.owner', 'Log:Ownable', 'Never', 'Never.id', 'Never:Node'],
      ...['Query.never', 'Query.ownable', 'Robot', 'Robot.id', 'Robot:Node'],
    ],
    toAda: [],
  },
  {
    what: 'a member of a union, and a union with the last of its members',
    typeDefs: `type Query { open: Int any: Any few: Few } union Any = Open | Diary union Few = Diary
      type Open { id: ID } type Diary @auth { id: ID }`,
    toNobody: ['Any|Diary', 'Diary', 'Diary.id', 'Few', 'Few|Diary', 'Query.few'],
    toAda: [],
  },
  {
    what: 'what would be null',
    typeDefs:
      'type Query { open: Int a: Int @auth(onDeny: NULL) b: Null } type Null @auth(onDeny: NULL) { id: ID }',
    toNobody: ['Null', 'Null.id', 'Query.a', 'Query.b'],
    toAda: [],
  },
  {
    what: 'root types, by their rule and their emptiness',
    typeDefs: `schema { query: Root mutation: Change subscription: Stream } type Root @auth(roles: ["admin"]) { open: Int @public a: Int }
      type Change @auth { a: Int } type Stream { a: Int @auth(roles: ["admin"]) }`,
    toNobody: ['Change', 'Change.a', 'Root.a', 'Stream', 'Stream.a'],
    toAda: ['Root.a', 'Stream', 'Stream.a'],
  },
]

describe.each(INTROSPECTION_DOORS)('filtered, %s', (_door, door) => {
  test.each(ROWS)('$what', async ({ typeDefs, toNobody, toAda, toAdmin = [] }) => {
    expect(await hiddenOf(typeDefs, ANYBODY, door)).toEqual([...toNobody].sort())
    expect(await hiddenOf(typeDefs, ADA, door)).toEqual([...toAda].sort())
    expect(await hiddenOf(typeDefs, ADMIN, door)).toEqual(toAdmin)
  })
})
