import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { createAccountTurns } from '../../src/limits/account-turns.js'
import { openPool } from '../support/postgresql-pool.js'
import { startServer } from '../support/server.js'

if (inject('provider') === 'postgresql') {
  test('F3: a row that is held stops its own account, and nobody else', { timeout: 60_000 }, async () => {
    const server = await startServer()
    const [ada, bob] = [await server.signUp(), await server.signUp()]
    const pool = await openPool(server.databaseUrl, 1)
    onTestFinished(() => pool.end())
    const holder = await pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [ada.userId])

    const waiting = Promise.all(Array.from({ length: 30 }, () => server.refresh(ada.refreshToken)))
    for (let { refreshToken } = bob, round = 0; round < 3; round++) {
      const answer = await server.refresh(refreshToken)
      expect(answer.code).toBeUndefined()
      refreshToken = answer.data.refresh.refreshToken
    }
    const answers = await waiting
    const codes = answers.map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE', 'RATE_LIMITED']))
    expect(codes.filter((code) => code === 'UNAVAILABLE').length).toBeLessThanOrEqual(8)
    for (const { status, headers, code } of answers) {
      if (code === 'RATE_LIMITED') expect([status, headers.get('retry-after')]).toEqual([429, '1'])
    }
    await holder.query('ROLLBACK')
    holder.release()
    expect((await server.refresh(ada.refreshToken)).code).toBeUndefined()
  })
}

test('F3: however many exchange one token at once, each gets the pair', async () => {
  const server = await startServer()
  const { refreshToken } = await server.signUp()
  const answers = await Promise.all(Array.from({ length: 40 }, () => server.refresh(refreshToken)))
  expect(answers.map(({ code }) => code)).toEqual(answers.map(() => undefined))
})

test('F3: four of an account at once, the others after them, and those that wait for 5 s not at all', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const takeTurn = createAccountTurns()
  const running: (() => void)[] = []
  const work = () => new Promise<string>((resolve) => running.push(() => resolve('done')))
  const take = (userId: string) => takeTurn(userId, work).catch((error) => error.code)
  const results = Array.from({ length: 7 }, () => take('ada'))
  const other = take('bob')
  await vi.advanceTimersByTimeAsync(4_999)
  expect(running).toHaveLength(5)
  running[0]?.()
  await vi.advanceTimersByTimeAsync(1)
  expect(running).toHaveLength(6)
  await vi.advanceTimersByTimeAsync(60_000)
  for (const end of running) end()
  expect(await Promise.all(results)).toEqual([...Array(5).fill('done'), 'RATE_LIMITED', 'RATE_LIMITED'])
  expect(await other).toBe('done')
  expect(running).toHaveLength(6)
})
