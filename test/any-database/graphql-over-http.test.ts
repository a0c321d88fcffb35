import { type Audit, serverAudits } from 'graphql-http'
import { describe, expect, test } from 'vitest'
import { startSharedServer } from '../support/server.js'

/**
 * Where we depart from what the specification only recommends: 200 for a document that cannot be read or is not valid and
 * for variables that are wrong, if the client accepts `application/json`. Our status is the same for both media types.
 */
const DEPARTURES = ['572B', 'FDE2', '7B9B']

const server = await startSharedServer()
const overSockets = serverAudits({ url: server.url, fetchFn: fetch })
const inProcess = serverAudits({
  url: server.url,
  fetchFn: async (url: string, init: RequestInit) => server.sallyport.fetch(new Request(url, init)),
})

describe.each([
  ['over a socket', overSockets],
  ['by `fetch`', inProcess],
])('the reference audit of GraphQL over HTTP, %s', (_way, audits) => {
  test.each(audits.filter(({ id }) => !DEPARTURES.includes(id)).map(named))('%s', async (_name, audit) => {
    expect(await outcomeOf(audit)).toBe('ok')
  })

  test.each(audits.filter(({ id }) => DEPARTURES.includes(id)).map(named))(
    'not: %s',
    async (_name, audit) => {
      expect(await outcomeOf(audit)).toBe('warn: Response status code is not 200')
    },
  )
})

function named(audit: Audit): [string, Audit] {
  return [`${audit.id} ${audit.name}`, audit]
}

async function outcomeOf({ fn }: Audit): Promise<string> {
  const result = await fn()
  return result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`
}
