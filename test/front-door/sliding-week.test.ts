import { describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'
import { claimsOf, mustSlide, slide } from '../support/slide.js'

describe('P71 24 h, extended by each request, 168 h at most', async () => {
  const server = await startSharedServer({ accessTokenExpires: '24h', sliding: true, slidingThreshold: 0 })

  test('hour by hour: the last token ends with the week, to the second, and so does the session', async () => {
    const { accessToken, refreshToken } = await server.signUp()
    const began = server.clock.seconds()
    let token = accessToken
    for (let hour = 1; hour < 168; hour++) {
      server.clock.advance(3600)
      token = (await slide(server, token)) ?? token
      const ends = Math.min(began + (hour + 24) * 3600, began + 168 * 3600)
      expect(claimsOf(server, token).exp, `hour ${hour}`).toBe(ends)
    }
    server.clock.advance(3599)
    expect(await server.judge(token)).toBe('ok')
    expect(await slide(server, token)).toBeNull()
    server.clock.advance(1)
    expect(await server.judge(token)).toBe('TOKEN_EXPIRED')
    expect(await server.refresh(refreshToken)).toMatchObject({ code: 'SESSION_ENDED' })
  })

  test('whoever does nothing for 24 h is out', async () => {
    const { accessToken } = await server.signUp()
    server.clock.advance(3600)
    const token = await mustSlide(server, accessToken)
    server.clock.advance(86_400)
    expect(await server.judge(token)).toBe('TOKEN_EXPIRED')
    expect(await slide(server, token)).toBeNull()
  })

  test('a refresh does not put off the end of the week, and gives tokens that slide', async () => {
    const { refreshToken } = await server.signUp()
    const end = server.clock.seconds() + 168 * 3600
    server.clock.advance(167 * 3600)
    const { data } = await server.refresh(refreshToken)
    expect(claimsOf(server, data.refresh.accessToken).exp).toBe(end)
    expect(claimsOf(server, data.refresh.refreshToken).exp).toBe(end)
  })

  test('within one second there is nothing to extend', async () => {
    expect(await slide(server, (await server.signUp()).accessToken)).toBeNull()
  })
})
