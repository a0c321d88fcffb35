import { describe, expect, test } from 'vitest'
import {
  checkAmbient,
  checkCycles,
  checkDoors,
  checkFiles,
  checkRooms,
  checkTargets,
  checkVendors,
  findReach,
  type Rooms,
  type Vendors,
} from './architecture.js'
import { readSource } from './source-file.js'

/** A house of these files, by path. */
const house = (files: Record<string, string>) =>
  Object.entries(files).map(([path, text]) => readSource(path, text))

describe('the checks of the architecture find', () => {
  const table: Rooms = { low: [], high: ['low'] }

  test.each([
    ['a static import', "import { high } from '../high/a.js'"],
    ['a type', "import type { High } from '../high/a.js'"],
    ['a type within', "let high: import('../high/a.js').High"],
    ['a type of a value', "let high: typeof import('../high/a.js')"],
    ['import()', "const high = await import('../high/a.js')"],
    ['a side effect', "import '../high/a.js'"],
    ['a re-export', "export { high } from '../high/a.js'"],
    ['a re-export of all', "export * from '../high/a.js'"],
  ])('%s that points up', (_what, text) => {
    expect(checkRooms(house({ 'low/b.ts': text }), table)).toEqual([
      'low/b.ts imports high, which low may not',
    ])
  })

  test('what points down, and stays in the room, is left alone; a room that nobody knows is not', () => {
    const text = "import '../low/b.js'; import './c.js'"
    expect(checkRooms(house({ 'high/a.ts': text }), table)).toEqual([])
    expect(checkRooms(house({ 'cellar/a.ts': '' }), table)).toEqual([
      'cellar/a.ts: cellar is no room of the table',
    ])
  })

  test('an import in a comment or a text is none', () => {
    const text = "// import '../high/a.js'\nexport const text = `import '../high/a.js'`"
    expect(checkRooms(house({ 'low/b.ts': text }), table)).toEqual([])
  })

  test('a circle, of types and of import() too, once', () => {
    const files = house({
      'a.ts': "import type { B } from './b.js'",
      'b.ts': "await import('./c.js')",
      'c.ts': "export { a } from './a.js'",
      'd.ts': "import './a.js'",
    })
    expect(checkCycles(files)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
    expect(checkCycles(files.filter(({ path }) => path !== 'c.ts'))).toEqual([])
  })

  test('an import of a file that is not there', () => {
    const files = house({ 'a.ts': "import './b.js'; import './made/c.js'" })
    expect(checkTargets(files, (path) => path.startsWith('made/'))).toEqual([
      'a.ts imports b.ts, which is not there',
    ])
  })

  test.each([
    "export { a } from './a.js'",
    "export type { A } from './a.js'",
    "import { a } from './a.js'\nexport { a }",
  ])('a re-export that is no door: %s', (text) => {
    expect(checkDoors(house({ 'low/b.ts': text }), ['low/index.ts'])).toEqual([
      'low/b.ts re-exports, and is no door',
    ])
    expect(checkDoors(house({ 'low/index.ts': text }), ['low/index.ts'])).toEqual([])
  })

  test('a door that names nothing', () => {
    expect(checkDoors(house({ 'index.ts': "export * from './a.js'" }), ['index.ts'])).toEqual([
      'index.ts exports without names',
    ])
  })

  test('a vendor that is not at home, or has none', () => {
    const vendors: Vendors = { '@one/*': ['low'], two: ['high'] }
    const text =
      "import '@one/part/file.js'; import 'two/deep'; import type { T } from 'three'; import 'node:fs'"
    expect(checkVendors(house({ 'low/b.ts': text }), vendors)).toEqual([
      'low/b.ts imports two, which belongs elsewhere',
      'low/b.ts imports three, which belongs elsewhere',
    ])
  })

  test.each([
    'process.env.PORT',
    'process?.env',
    'globalThis.process.env',
    '(() => { const { env } = process })',
    "process['env']",
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'performance.now()',
    'process.hrtime.bigint()',
  ])('what is asked of the world: %s', (text) => {
    expect(checkAmbient(house({ 'low/b.ts': `export const it = ${text}` }), /./, [])).toHaveLength(1)
    expect(checkAmbient(house({ 'low/b.ts': `export const it = ${text}` }), /./, ['low/b.ts'])).toEqual([])
  })

  test('a date of a time that is given is none of that', () => {
    const text = 'export const it = [new Date(0), clock.now(), new Date(clock.now())]'
    expect(checkAmbient(house({ 'low/b.ts': text }), /./, [])).toEqual([])
  })

  test('a file that is too long, badly named, or exports by default', () => {
    const files = house({
      'low/long.ts': '\n'.repeat(3).concat('let a'),
      'low/helpers.ts': '',
      'low/one.ts': 'export default 1',
    })
    expect(checkFiles(files, 3)).toEqual([
      'low/long.ts has 4 lines',
      'low/helpers.ts is named after no job',
      'low/one.ts has a default export',
    ])
  })

  test('what an entry reaches, by way of other files: at once, on demand, by type', () => {
    const files = house({
      'index.ts': "import './a.js'; import type { T } from './t.js'; import 'zero'",
      'a.ts': "import 'one/part'; await import('./lazy.js'); import { type U } from 'four'",
      'lazy.ts': "import '@scope/two/file.js'; import 'one'",
      't.ts': "import 'three'",
      'other.ts': "import 'five'",
    })
    expect(findReach(files, 'index.ts')).toEqual({
      static: ['one', 'zero'],
      onDemand: ['@scope/two'],
      types: ['four', 'three'],
    })
  })

  test('an import whose source is put together at run time', () => {
    const text = `await import(\`../high/\${name}.js\`)`
    expect(checkVendors(house({ 'low/b.ts': text }), {})).toHaveLength(1)
  })
})
