import { expect, test } from 'vitest'
import { OPTION_TABLE } from '../../src/base/option-table.js'
import { findMisspelt } from '../../src/cli/find-misspelt.js'

test.each([
  ['REFRESH_REUSE_WINDW', 'REFRESH_REUSE_WINDOW'],
  ['DATABSE_URL', 'DATABASE_URL'],
  ['DATABAES_URL', 'DATABASE_URL'],
  ['database_url', 'DATABASE_URL'],
  ['LOG_LEVL', 'LOG_LEVEL'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['TRUSTED_PROXY', undefined],
  ['ADMIN_EMAILS', 'ADMIN_EMAIL'],
  // Somebody else's, or too short to tell.
  ['SPORT', undefined],
  ['HOSTS', undefined],
  ['SLIDER', undefined],
  ['NODE_PATH', undefined],
  ['XDG_DATA_DIRS', undefined],
  ['PGDATABASE', undefined],
  ['X'.repeat(100_000), undefined],
])('%.30s is almost %s', (variable, meant) => {
  expect(findMisspelt({ [variable]: 'x' })).toEqual(meant === undefined ? [] : [{ variable, meant }])
})

test('one of ours is none, nor is what is almost ours beside ours', () => {
  const ours = Object.values(OPTION_TABLE).map(({ env }) => env)
  for (const name of ours) expect(findMisspelt({ [name]: 'x' })).toEqual([])
  expect(findMisspelt({ DATABASE_URL: 'x', DATABASE_URI: 'x' })).toEqual([])
})
