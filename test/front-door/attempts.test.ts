import { describe, expect, test } from 'vitest'
import { guess, logIn, OWNER, PROXY, STRANGER, signUpFrom, times, WRONG } from '../support/log-in-from.js'
import { PASSWORD, startServer } from '../support/server.js'

describe('attempts on an account', () => {
  test.each([
    ['that there is', 'ada'],
    ['that there is not', 'nobody'],
  ])('%s: after ten wrong passwords the next is refused, with the time to wait', async (_what, username) => {
    const server = await startServer(PROXY)
    await signUpFrom(server, OWNER, { username: 'ada' })
    expect(await guess(server, { username }, STRANGER, 11)).toEqual([...times(10, WRONG), 'RATE_LIMITED'])
    const refused = await logIn(server, { username }, STRANGER)
    expect(refused).toMatchObject({ status: 429, data: null, errors: [{ extensions: { action: 'retry' } }] })
    expect(refused.headers.get('retry-after')).toBe('900')
    server.clock.advance(300)
    expect((await logIn(server, { username }, '192.0.2.1')).headers.get('retry-after')).toBe('600')
  })

  test('are those of a name, in whatever case and form it is written', async () => {
    const server = await startServer(PROXY)
    await signUpFrom(server, OWNER, { username: 'straße', email: 'ada@bücher.example' })
    const forms = [
      ['straße', 'STRASSE', ' strasse ', 'ｓｔｒａｓｓｅ'].map((username) => ({ username })),
      ['ada@bücher.example', 'ADA@xn--bcher-kva.example'].map((email) => ({ email })),
    ]
    for (const names of forms) {
      for (let at = 0; at < 10; at++) {
        const name = names[at % names.length] ?? {}
        expect((await logIn(server, name, `203.0.113.${at}`, 'wrong')).code, JSON.stringify(name)).toBe(WRONG)
      }
      for (const name of names) expect((await logIn(server, name, STRANGER)).code).toBe('RATE_LIMITED')
    }
  })

  test('F14: a lockout by one name looks the same for the other name as for an unrelated one', async () => {
    const server = await startServer(PROXY)
    await signUpFrom(server, OWNER, { username: 'ada', email: 'ada@example.com' })
    await signUpFrom(server, OWNER, { username: 'bob' })
    await guess(server, { email: 'ada@example.com' }, STRANGER, 12)
    const seen = async (username: string) => {
      const codes = await guess(server, { username }, '192.0.2.1', 12)
      const { headers, body } = await logIn(server, { username }, '192.0.2.1', 'wrong')
      return { codes, body, wait: headers.get('retry-after') }
    }
    const ada = await seen('ada')
    // Bounded: after ten by each name, the account takes none from strangers.
    expect(ada.codes).toEqual([...times(10, WRONG), 'RATE_LIMITED', 'RATE_LIMITED'])
    expect(await seen('bob')).toEqual(ada)
    expect(await seen('nobody')).toEqual(ada)
    for (const name of [{ username: 'ada' }, { email: 'ada@example.com' }]) {
      expect((await logIn(server, name, STRANGER)).code).toBe('RATE_LIMITED')
      expect((await logIn(server, name, OWNER)).status).toBe(200)
    }
  })

  test('by strangers do not lock out the owner where they were let in before, nor the session they have', async () => {
    const server = await startServer(PROXY)
    const token = await signUpFrom(server, OWNER, { username: 'ada' })
    await guess(server, { username: 'ada' }, STRANGER, 11)
    expect((await logIn(server, { username: 'ada' }, OWNER)).status).toBe(200)
    expect((await logIn(server, { username: 'ada' }, STRANGER)).code).toBe('RATE_LIMITED')
    const elsewhere = { token, headers: { 'x-forwarded-for': '192.0.2.77' } }
    const proved = await server.ask(
      `mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`,
      elsewhere,
    )
    expect(proved.status).toBe(200)
    // Proved there: known there.
    expect((await logIn(server, { username: 'ada' }, '192.0.2.77')).status).toBe(200)
    // For thirty days after the last time.
    server.clock.advance(31 * 86_400)
    await guess(server, { username: 'ada' }, STRANGER, 11)
    expect((await logIn(server, { username: 'ada' }, OWNER)).code).toBe('RATE_LIMITED')
  })

  test('where somebody was let in before are counted by themselves, and not without end', async () => {
    const server = await startServer(PROXY)
    await signUpFrom(server, OWNER, { username: 'ada' })
    expect(await guess(server, { username: 'ada' }, OWNER, 11)).toEqual([...times(10, WRONG), 'RATE_LIMITED'])
    // Of another account there, nothing is known.
    expect((await guess(server, { username: 'bob' }, OWNER, 1))[0]).toBe(WRONG)
  })

  test('that succeed are given back', async () => {
    const server = await startServer({ ...PROXY, loginAttempts: 3 })
    await signUpFrom(server, OWNER, { username: 'ada' })
    for (const from of [OWNER, STRANGER]) {
      expect(await guess(server, { username: 'ada' }, from, 2)).toEqual(times(2, WRONG))
      for (let round = 0; round < 5; round++) {
        expect((await logIn(server, { username: 'ada' }, from)).status).toBe(200)
      }
    }
  })

  test('many at once do not pass the limit; as many right ones all do', async () => {
    const server = await startServer({ ...PROXY, loginAttempts: 3, maxConcurrentHashes: 3 })
    await signUpFrom(server, OWNER, { username: 'ada' })
    const right = await Promise.all(
      Array.from({ length: 12 }, () => logIn(server, { username: 'ada' }, OWNER)),
    )
    expect(right.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
    const wrong = await Promise.all(
      Array.from({ length: 20 }, () => logIn(server, { username: 'ada' }, STRANGER, 'wrong')),
    )
    expect(wrong.filter(({ code }) => code === WRONG)).toHaveLength(3)
    expect(wrong.filter(({ code }) => code === 'RATE_LIMITED')).toHaveLength(17)
  })

  test('are refused for twice as long each time, up to sixteen windows, and anew after a day', async () => {
    const server = await startServer({
      ...PROXY,
      loginAttempts: 1,
      loginAttemptsPerSource: false,
      attemptWindow: 60,
    })
    const waits = []
    for (let round = 0; round < 6; round++) {
      await guess(server, { username: 'ada' }, STRANGER, 2)
      const wait = Number((await logIn(server, { username: 'ada' }, STRANGER)).headers.get('retry-after'))
      waits.push(wait)
      server.clock.advance(wait - 1)
      expect((await logIn(server, { username: 'ada' }, STRANGER)).headers.get('retry-after')).toBe('1')
      server.clock.advance(1)
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 960])
    server.clock.advance(86_400)
    await guess(server, { username: 'ada' }, STRANGER, 2)
    expect((await logIn(server, { username: 'ada' }, STRANGER)).headers.get('retry-after')).toBe('60')
  })

  test('a clock that was set back does not block for longer than a block may last', async () => {
    const server = await startServer({ ...PROXY, loginAttempts: 1 })
    server.clock.advance(30 * 86_400)
    await guess(server, { username: 'ada' }, STRANGER, 2)
    server.clock.advance(-30 * 86_400)
    expect(await guess(server, { username: 'ada' }, STRANGER, 1)).toEqual([WRONG])
  })
})

describe('proving a password again', () => {
  const fields = {
    reauthenticate: 'mutation { reauthenticate(password: "wrong") { accessToken } }',
    changePassword:
      'mutation { changePassword(currentPassword: "wrong", newPassword: "another good one") { accessToken } }',
  }

  test('is counted too: reauthenticate and changePassword together, by session', async () => {
    const server = await startServer(PROXY)
    const token = await signUpFrom(server, OWNER, { username: 'ada' })
    const other = (await logIn(server, { username: 'ada' }, OWNER)).data.login.accessToken
    for (let round = 0; round < 5; round++) {
      for (const field of Object.values(fields)) expect((await server.ask(field, { token })).code).toBe(WRONG)
    }
    for (const field of Object.values(fields)) {
      expect(await server.ask(field, { token })).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    }
    expect((await server.ask(fields.reauthenticate, { token: other })).code).toBe(WRONG)
    expect((await logIn(server, { username: 'ada' }, OWNER)).status).toBe(200)
  })
})

test('`false` turns each limit off', async () => {
  const server = await startServer({
    loginAttempts: false,
    loginAttemptsPerSource: false,
    signupsPerSource: false,
    refreshFailuresPerSource: false,
    attemptWindow: 1,
  })
  expect(await guess(server, { username: 'ada' }, OWNER, 15)).toEqual(times(15, WRONG))
})

test('P07 a host’s own check of passwords is limited as ours is', async () => {
  let asked = 0
  const server = await startServer({
    ...PROXY,
    loginAttempts: 2,
    authenticate: ({ password }) => {
      asked++
      return password === PASSWORD ? { id: 'ada' } : null
    },
  })
  expect(await guess(server, { username: 'Ada' }, STRANGER, 2)).toEqual(times(2, WRONG))
  expect((await logIn(server, { username: 'ada' }, STRANGER)).code).toBe('RATE_LIMITED')
  expect(asked).toBe(2)
})
