import { describe, expect, test } from 'vitest'
import { startServer } from '../support/server.js'

describe('F24: GET /', () => {
  const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const getRoot = (origin: string, headers: Record<string, string>) =>
    fetch(`${origin}/`, { headers, redirect: 'manual' })

  test('leads a browser to the playground', async () => {
    const { origin } = await startServer()
    const response = await getRoot(origin, HTML)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/graphql')
  })

  test.each([
    ['a program', {}, {}],
    ['a browser where the playground is off', { graphiql: false }, HTML],
  ])('is 404 for %s', async (_name, options, headers) => {
    const { origin } = await startServer(options)
    expect((await getRoot(origin, headers as Record<string, string>)).status).toBe(404)
  })
})
