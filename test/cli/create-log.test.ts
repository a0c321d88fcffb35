import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../../src/cli/create-log.js'

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'
const SECRET = 'hunter2-hunter2'

function open() {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { log: createLog(stream, 'debug'), text: () => lines.join('') }
}

const ERRORS: Record<string, () => unknown> = {
  'the password of a URL': () => new Error(`cannot reach postgresql://ada:${SECRET}@db.example/auth`),
  'a token': () => new TypeError(`jwt malformed: ${TOKEN}`),
  'a header': () => new Error(`sent authorization: Bearer ${SECRET}`),
  'a named value': () => new Error(`login({ username: "ada", password: "${SECRET}" })`),
  'a named value in JSON': () => new Error(`{"refreshToken":"${SECRET}"}`),
  'a hash': () => new Error(`row $argon2id$v=19$m=19456,t=2,p=1$${SECRET}`),
  'a key': () => new Error(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`),
  'what it carries': () =>
    Object.assign(new Error('failed'), { input: SECRET, meta: { parameters: [SECRET] } }),
  'its cause': () => new Error('failed', { cause: new Error(`of password=${SECRET}`) }),
  'no error at all': () => `token=${SECRET}`,
}

test.each(Object.entries(ERRORS))('an error is logged without %s', (_what, make) => {
  const { log, text } = open()
  log.error({ err: make() }, 'unexpected error')
  expect(text()).toContain('"msg":"unexpected error"')
  expect(text()).toContain('"type":')
  for (const secret of [SECRET, TOKEN]) expect(text()).not.toContain(secret)
})

test.each(['password', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'set-cookie'])(
  'a field called %s is blanked',
  (name) => {
    const { log, text } = open()
    log.info({ [name]: SECRET, headers: { [name]: SECRET } }, 'request')
    expect(text()).toContain('[secret]')
    expect(text()).not.toContain(SECRET)
  },
)

test('an error keeps what an operator needs: its type, message, code, stack and causes', () => {
  const { log, text } = open()
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  log.error({ err: new RangeError('no answer', { cause }) }, 'unexpected error')
  expect(JSON.parse(text()).err).toMatchObject({
    type: 'RangeError',
    message: 'no answer',
    stack: expect.stringContaining('create-log.test.ts'),
    cause: { message: 'connection refused', code: 'ECONNREFUSED' },
  })
})
