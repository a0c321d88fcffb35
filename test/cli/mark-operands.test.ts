import { expect, test } from 'vitest'
import { markOperands } from '../../src/cli/mark-operands.js'
import { createProgram } from '../../src/cli/program.js'

const program = createProgram({
  env: {},
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onStop() {},
  onReload() {},
  onWarning() {},
})
const KID = '-Xq7fZ0_aB3-dE5g'

test.each([
  [
    ['keys', 'remove', KID],
    ['keys', 'remove', '--', KID],
  ],
  [
    ['keys', 'remove', '--json', KID],
    ['keys', 'remove', '--json', '--', KID],
  ],
  [
    ['keys', 'remove', KID, '--json'],
    ['keys', 'remove', '--json', '--', KID],
  ],
  [
    ['keys', 'remove', `-${KID}`],
    ['keys', 'remove', '--', `-${KID}`],
  ],
  [
    ['token', 'revoke', KID, '--foreign'],
    ['token', 'revoke', '--foreign', '--', KID],
  ],
  [
    ['user', 'disable', '-42'],
    ['user', 'disable', '--', '-42'],
  ],
  [
    ['user', 'roles', KID, 'admin', 'editor'],
    ['user', 'roles', '--', KID, 'admin', 'editor'],
  ],
])('an id that begins with a hyphen is an argument: %j', (given, expected) => {
  expect(markOperands(program, given)).toEqual(expected)
})

test.each([
  [['keys', 'remove', 'kid', '--json']],
  [['keys', 'remove', '--', KID]],
  [['keys', 'remove', '--jsno', 'kid']],
  [['keys', 'remove', '-h']],
  [['token', 'revoke', '-']],
  [['keys', 'add', '--alg', 'HS256']],
  [['--version']],
  [[]],
])('all else is left as it is: %j', (given) => {
  expect(markOperands(program, given)).toBe(given)
})
