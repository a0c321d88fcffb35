import { expect, test } from 'vitest'
import { startServer } from '../support/server.js'

test.each(['claims', 'headers'] as const)(
  'F6: an outage of `%s` that outlasts the reuse window leaves the refresh token unspent',
  async (name) => {
    let fails = false
    const hook = () => {
      if (fails) throw new Error('out of order')
      return {}
    }
    const server = await startServer({ [name]: hook })
    const { refreshToken } = await server.signUp()
    fails = true
    expect((await server.refresh(refreshToken)).status).toBe(500)
    server.clock.advance(31)
    expect((await server.refresh(refreshToken)).status).toBe(500)
    fails = false
    const next = await server.refresh(refreshToken)
    expect(next.code).toBeUndefined()
    expect((await server.refresh(next.data.refresh.refreshToken)).code).toBeUndefined()
  },
)
