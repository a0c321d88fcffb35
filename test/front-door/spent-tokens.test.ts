import { expect, test } from 'vitest'
import { startServer } from '../support/server.js'

test('F2: an exchanged refresh token is still known as reused when its row is gone', async () => {
  const server = await startServer({ refreshTokenExpires: '30d' })
  const { refreshToken, userId } = await server.signUp()
  const store = await server.store()
  const rowsOf = async () => (await store.listTokens({ userId, type: 'refresh', limit: 10 })).length
  let current = (await server.refresh(refreshToken)).data.refresh
  expect(await rowsOf()).toBe(2)
  server.clock.advance(2 * 86_400)
  current = (await server.refresh(current.refreshToken)).data.refresh
  // The one that was exchanged two days ago is gone, the one of a moment ago is kept.
  expect(await rowsOf()).toBe(2)
  expect(await server.judge(current.accessToken)).toBe('ok')
  expect((await server.refresh(refreshToken)).code).toBe('REFRESH_REUSED')
  expect((await server.refresh(current.refreshToken)).code).toBe('SESSION_ENDED')
})
