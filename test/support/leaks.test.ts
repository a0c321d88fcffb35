import { expect, test } from 'vitest'
import { findLeaks, noteLog, noteSecret, noteSecretsIn, takeLeaks, watchedLog } from './leaks.js'

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLWFkYQ'

test('a line with a secret is found, and does not show it', () => {
  const log = `{"msg":"fine"}\n{"msg":"token ${TOKEN}"}\n`
  expect(findLeaks(log, [TOKEN])).toEqual(['{"msg":"token (a secret)"}'])
})

test.each<[string, unknown]>([
  ['a password that was sent', { variables: { input: { password: 'correct horse' } } }],
  ['a token that was answered', { data: { login: { accessToken: 'correct horse' } } }],
  ['a list', [{ refreshToken: 'correct horse' }]],
])('%s is known as a secret wherever it stands', (_what, value) => {
  noteSecretsIn(value)
  noteLog('was it correct horse?\n')
  expect(takeLeaks()).toEqual(['was it (a secret)?'])
  expect(takeLeaks()).toEqual([])
})

test('the signature of a token gives it away', () => {
  noteSecret(TOKEN)
  noteLog('c2lnbmF0dXJlLW9mLWFkYQ\n')
  expect(takeLeaks()).toHaveLength(1)
})

test('what a server logs is watched', () => {
  noteSecret('correct horse')
  watchedLog.debug({ note: 'correct horse' }, 'careless')
  expect(takeLeaks()).toHaveLength(1)
})
