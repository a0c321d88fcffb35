import { describe, expect, test } from 'vitest'
import { renderOptions } from '../../scripts/option-docs.js'
import { OPTION_TABLE } from '../../src/base/option-table.js'
import { CONNECTIONS } from './options/connections.js'
import { CONTEXT } from './options/context.js'
import { COOKIES } from './options/cookies.js'
import { KEYS } from './options/keys.js'
import { LIMITS } from './options/limits.js'
import { PLACES } from './options/places.js'
import { PROGRAMS } from './options/programs.js'
import type { Made, OptionRow, OptionRows } from './options/row.js'
import { SERVER } from './options/server.js'
import { TOKENS } from './options/tokens.js'
import { VERIFICATION } from './options/verification.js'

const SECTIONS = [KEYS, VERIFICATION, PLACES, COOKIES, TOKENS, LIMITS, SERVER, CONNECTIONS, PROGRAMS]

const namesOf = (sections: readonly OptionRows[]) => sections.flatMap((rows) => Object.keys(rows)).sort()
const rowsOf = (sections: readonly OptionRows[]) => sections.flatMap((rows) => Object.entries(rows))

/** The options that a part of the reference lists. */
function listedIn(page: string): string[] {
  const rows = page.matchAll(/^\|(?: `[A-Z_]+` \|)? `([a-z]\w*)` \|/gm)
  return [...rows].map(([, name = '']) => name).sort()
}

const isMade = (value: unknown): value is Made =>
  typeof value === 'object' && value !== null && 'make' in value

async function flip(name: string, { value, observe, usual, flipped }: OptionRow): Promise<void> {
  expect(flipped).not.toEqual(usual)
  expect(await observe({})).toEqual(usual)
  expect(await observe({ [name]: isMade(value) ? await value.make() : value })).toEqual(flipped)
}

describe('every option of the reference has a row that flips it, and sees that from outside', () => {
  const [ofServer = '', ofContext = ''] = renderOptions().split('## Verification alone')

  test('those of the server, and no others', () => {
    expect(listedIn(ofServer)).toEqual(namesOf(SECTIONS))
    expect(namesOf(SECTIONS)).toEqual(expect.arrayContaining(Object.keys(OPTION_TABLE)))
  })

  test('those of verification alone, and no others', () => {
    expect(listedIn(ofContext)).toEqual(namesOf([CONTEXT]))
  })
})

describe('an option of the server changes what a client sees', () => {
  test.each(rowsOf(SECTIONS))('%s', flip)
})

describe('an option of verification alone does so too', () => {
  test.each(rowsOf([CONTEXT]))('%s', flip)
})
