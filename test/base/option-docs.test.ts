import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readInterfaces, renderOptions } from '../../scripts/option-docs.js'
import { FORMER_NAMES, OPTION_TABLE } from '../../src/base/option-table.js'

test('docs/options.md is what the code says', () => {
  const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')
  expect(page).toBe(renderOptions())
})

test('the reference has every option, and the functions and objects of programs', () => {
  const page = renderOptions()
  for (const [name, { env }] of Object.entries(OPTION_TABLE))
    expect(page).toContain(`| \`${env}\` | \`${name}\` |`)
  for (const name of [
    'authenticate',
    'loadUser',
    'claims',
    'typeDefs',
    'resolvers',
    'disabledFields',
    'clock',
    'logger',
  ]) {
    expect(page).toContain(`| \`${name}\` | `)
  }
  for (const name of Object.keys(FORMER_NAMES)) expect(page).toContain(`| \`${name}\` | `)
})

test('descriptions are read from the doc comments, and one that is missing is seen', () => {
  const source = [
    "/** Of something else. */\nexport type Other = 'a'\n",
    '/** All of it. */',
    'export interface Options extends Base {',
    '  /** One line. */',
    '  one?: Duration | false',
    '  two: string',
    '  /**',
    '   * Three `lines`,',
    '   * one sentence.',
    '   */',
    '  readonly three?: () => void',
    '}',
  ].join('\n')
  expect(readInterfaces(source).get('Options')).toEqual({
    doc: 'All of it.',
    members: [
      { name: 'one', type: 'Duration | false', doc: 'One line.' },
      { name: 'two', type: 'string', doc: '' },
      { name: 'three', type: '() => void', doc: 'Three `lines`, one sentence.' },
    ],
  })
})
