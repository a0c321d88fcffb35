import { describe, expect, test } from 'vitest'
import { startApollo, startMercurius, startYoga } from '../support/introspected-servers.js'

const QUERY = /* GraphQL */ `
  mutation Change { change }
  query Ask { open ...F }
  fragment F on Query { ... on Query { shown: __type(name: "Secret") { name fields { name } } } }
  query Read { open }
`
const SHOWN = { open: 'Query.open', shown: { name: 'Secret', fields: [{ name: 'id' }] } }

describe.each([
  ['useGuard', startYoga],
  ['apolloGuard', startApollo],
  ['mercuriusGuard', startMercurius({})],
  ['mercuriusGuard with compiled queries', startMercurius({ jit: 1 })],
])('behind %s', (_name, start) => {
  test('G40 G41 authenticated: each caller by themselves, with the same text', async () => {
    const ask = await start('authenticated')
    const asked = { query: QUERY, operationName: 'Ask' }
    for (let round = 0; round < 3; round++) {
      const nobody = await ask(asked)
      expect([nobody.status, nobody.challenge]).toEqual([401, 'Bearer realm="sallyport"'])
      expect(nobody.body).not.toHaveProperty('data')
      expect(nobody.body.errors).toHaveLength(1)
      expect(nobody.body.errors[0]).toMatchObject({
        extensions: { code: 'UNAUTHENTICATED', action: 'login', coordinate: 'Query.__type' },
      })
      const stale = await ask(asked, 'expired')
      expect([stale.status, stale.body.errors[0].extensions.code]).toEqual([401, 'TOKEN_EXPIRED'])
      const ada = await ask(asked, 'active')
      expect([ada.status, ada.body.data]).toEqual([200, SHOWN])
      for (const operationName of ['Read', 'Change']) {
        expect((await ask({ query: QUERY, operationName })).body.errors).toBeUndefined()
      }
    }
  })

  test('G40 off: a refusal with status and without data', async () => {
    const ask = await start('off')
    for (let round = 0; round < 3; round++) {
      for (const kind of ['anonymous', 'active'] as const) {
        const { status, body } = await ask({ query: '{ __schema { types { name } } }' }, kind)
        expect([status, body.errors[0].extensions]).toEqual([
          403,
          // Apollo Server adds a stack here, which it was told to show.
          expect.objectContaining({ code: 'FORBIDDEN', action: 'none', coordinate: 'Query.__schema' }),
        ])
        expect(body).not.toHaveProperty('data')
      }
    }
    expect((await ask({ query: '{ __typename open }' })).body.data).toEqual({
      __typename: 'Query',
      open: 'Query.open',
    })
  })

  test('G40 filtered: each caller what they may reach, with the same text', async () => {
    const ask = await start('filtered')
    const query =
      '{ open __schema { types { name } } ...F } fragment F on Query { __type(name: "Secret") { name } }'
    for (let round = 0; round < 3; round++) {
      for (const kind of ['active', 'anonymous'] as const) {
        const { status, body } = await ask({ query }, kind)
        const names = body.data.__schema.types.map(({ name }: { name: string }) => name)
        expect([status, body.errors, body.data.open]).toEqual([200, undefined, 'Query.open'])
        expect([names.includes('Secret'), body.data.__type]).toEqual(
          kind === 'active' ? [true, { name: 'Secret' }] : [false, null],
        )
      }
      const stale = await ask({ query }, 'expired')
      expect([stale.status, stale.body.errors[0].extensions.code]).toEqual([401, 'TOKEN_EXPIRED'])
      expect(stale.body).not.toHaveProperty('data')
    }
  })

  test('G40 nobody asks past a rule against introspection by the name of what stands in for it', async () => {
    const ask = await start('filtered')
    await ask({ query: '{ __schema { queryType { name } } }' })
    const { body } = await ask({ query: '{ __guardedSchema { queryType { name } } }' })
    expect(body.errors[0].message).toBe('Cannot query field "__guardedSchema" on type "Query".')
    expect(body.data ?? null).toBeNull()
  })

  test('G42 no message names what the document does not', async () => {
    const ask = await start('off')
    for (let round = 0; round < 2; round++) {
      for (const query of [
        '{ secrt }',
        '{ secret { di } }',
        '{ secret }',
        '{ open(ticket: {}) }',
        '{ __schema { typs } }',
      ]) {
        const { body } = await ask({ query })
        expect(body.errors[0].message).toMatch(/^(Cannot query field|The document does not fit the schema\.)/)
        expect(JSON.stringify(body)).not.toMatch(/Did you mean|Secret|Ticket|signature|types/)
      }
    }
  })
})

test.each([
  ['useGuard', startYoga],
  ['apolloGuard', startApollo],
])('G42 behind %s nor does one about variables', async (_name, start) => {
  const ask = await start('authenticated')
  const query = 'query ($x: Ticket) { open(ticket: $x) }'
  const { body } = await ask({ query, variables: { x: { sign: 1 } } })
  expect(body.errors[0].message).toBe('Variable "$x" does not fit the schema.')
  expect(JSON.stringify(body)).not.toContain('signature')
})
