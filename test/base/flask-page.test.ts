import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FORMER_NAMES, OPTION_TABLE, type OptionSpec } from '../../src/base/option-table.js'
import { checkHostOptions } from '../../src/hooks.js'

const page = readFileSync(new URL('../../docs/flask-jwt-extended.md', import.meta.url), 'utf8')
const variables = Object.values<OptionSpec<unknown>>(OPTION_TABLE).map(({ env }) => env)
/** Not one function, but several. */
const ARE_OBJECTS = new Set(['errors', 'keys'])
/** Ours, under the prefix that theirs have. */
const OWN = new Set(['JWT_KEYS_DIR', 'JWT_KEYS_RELOAD_INTERVAL', 'JWT_JWKS_URL'])

function rowsOf(heading: string): { there: string; here: string }[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [body = ''] = section.split('\n## ')
  const rows = [...body.matchAll(/^\| (.+?) \| (.+) \|$/gm)]
  return rows.map(([, there = '', here = '']) => ({ there, here })).filter(({ there }) => there !== 'there')
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name)
}

describe('P08 docs/flask-jwt-extended.md', () => {
  const theirs = rowsOf('Options').flatMap(({ there }) => namesIn(there, /`(JWT_\w+)`/g))

  test('names every option of theirs that is one here', () => {
    const shared = variables.filter((name) => name.startsWith('JWT_') && !OWN.has(name))
    expect(theirs).toEqual(expect.arrayContaining(shared))
  })

  test('names every old one that stops the start', () => {
    expect(theirs).toEqual(expect.arrayContaining(Object.keys(FORMER_NAMES)))
  })

  test('says of none that it is known where it is not', () => {
    const known = new Set([...variables, ...Object.keys(FORMER_NAMES)])
    expect(theirs.filter((name) => !known.has(name))).toEqual([])
  })

  test('takes only options for a loader that there are', () => {
    const named = rowsOf('Loaders').flatMap(({ here }) => namesIn(here, /`(\w+)`/g))
    const options = named.filter((name) => !/^[A-Z_]+$/.test(name))
    expect(options.length).toBeGreaterThan(5)
    for (const name of options) {
      expect(() => checkHostOptions({ [name]: ARE_OBJECTS.has(name) ? {} : () => ({}) })).not.toThrow()
    }
  })
})
