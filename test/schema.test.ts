import { readFileSync } from 'node:fs'
import {
  type ASTNode,
  buildSchema,
  type DefinitionNode,
  Kind,
  type NameNode,
  parse,
  print,
  type StringValueNode,
  validateSchema,
  visit,
} from 'graphql'
import { expect, test } from 'vitest'
import { guardTypeDefs } from '../src/guard/directives.js'

const text = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')

test('schema.graphql is a whole schema by itself', () => {
  expect(validateSchema(buildSchema(text))).toEqual([])
})

test('every type, field, argument and value has a description: the playground shows it', () => {
  expect(findUndescribed(text)).toEqual([])
})

test('what has no description is found', () => {
  const schema = `
    "Told" type A { a("Told" b: Int, c: Int): Int }
    enum E { "Told" F G }
    directive @h(i: Int) on FIELD`
  expect(findUndescribed(schema)).toEqual(['A.a', 'A.a.c', 'E', 'E.G', 'h', 'h.i'])
})

test('its directives are those of the guard, and so are their types', () => {
  const ours = definitionsOf(text)
  const guards = definitionsOf(guardTypeDefs)
  expect(Object.fromEntries(Object.keys(guards).map((name) => [name, ours[name]]))).toEqual(guards)
  const directives = Object.keys(ours).filter((name) => name.startsWith('@'))
  expect(directives).toEqual(['@auth', '@fresh', '@public', '@policy'])
})

type DescribableNode = ASTNode & { name: NameNode; description?: StringValueNode }

/** The text of each definition, by name; a directive's begins with `@`. */
function definitionsOf(sdl: string): Record<string, string> {
  return Object.fromEntries(parse(sdl).definitions.map((node) => [titleOf(node), print(node)]))
}

function titleOf(node: DefinitionNode): string {
  const name = 'name' in node && node.name !== undefined ? node.name.value : node.kind
  return node.kind === Kind.DIRECTIVE_DEFINITION ? `@${name}` : name
}

function findUndescribed(sdl: string): string[] {
  const found: string[] = []
  const way: string[] = []
  visit(parse(sdl), {
    enter(node) {
      if (!isDescribable(node)) return
      way.push(node.name.value)
      if ((node.description?.value ?? '').trim() === '') found.push(way.join('.'))
    },
    leave(node) {
      if (isDescribable(node)) way.pop()
    },
  })
  return found
}

function isDescribable(node: ASTNode): node is DescribableNode {
  return node.kind.endsWith('Definition') && 'name' in node && node.name !== undefined
}
