import { describe, expect, test } from 'vitest'
import { resolveLocations } from '../../src/base/resolve-locations.js'
import { createIdentifier, type Identified, type RevocationCheck } from '../../src/context/identify.js'
import { createLocator } from '../../src/context/locate-token.js'
import type { Verdict } from '../../src/tokens/verify.js'
import { anAccessToken, createBench, createSetClock } from '../support/judge.js'

const NOW = 1_800_000_000_000
const clock = createSetClock(NOW)
const { issuer, verifier } = createBench({ secret: 'a-secret-for-the-identifier-of-32-bytes', clock })
const { issue } = issuer()
const locate = createLocator(resolveLocations({}), 'access')

type Options = Partial<Parameters<typeof createIdentifier>[0]>

function identify(raw: string, options: Options = {}): Identified {
  const found = createIdentifier({ locate, verifier, ...options }).identify({
    headers: { authorization: `Bearer ${raw}` },
  })
  if (found instanceof Promise) throw new Error('the keyring should have answered at once')
  return found
}

const access = issue(anAccessToken(NOW, { sessionId: 'sid-1' }))
const expired = issue(anAccessToken(NOW - 3_600_000, { sessionId: 'sid-1' }))
const refresh = issue(anAccessToken(NOW, { type: 'refresh' }))
const saying = (answer: ReturnType<RevocationCheck['check']>): RevocationCheck => ({ check: () => answer })

describe('the six kinds', () => {
  test('anonymous: no token', () => {
    const found = createIdentifier({ locate, verifier }).identify({ headers: {} })
    expect(found).toEqual({
      identity: { kind: 'anonymous', code: 'UNAUTHENTICATED' },
      claims: null,
      presented: { kind: 'none' },
      genuine: null,
    })
  })

  test('P22 active: subject, ids, location, header; the only kind with a subject and claims', () => {
    const found = identify(access, { revocation: saying('live') })
    expect(found.identity).toEqual({
      kind: 'active',
      subject: 'ada',
      tokenId: 'jti-1',
      sessionId: 'sid-1',
      location: 'header',
      header: { alg: 'HS256', typ: 'JWT', kid: expect.any(String) },
    })
    expect(found.claims).toMatchObject({ sub: 'ada', jti: 'jti-1' })
    expect(found.presented).toMatchObject({ raw: access, location: 'header' })
  })

  test('active: a token from elsewhere has no ids', () => {
    const foreign = createIdentifier({ locate, verifier: answering({ claims: { sub: 'ada' } }) }).identify({
      headers: { authorization: 'Bearer x' },
    })
    expect(foreign).toMatchObject({ identity: { kind: 'active', tokenId: null, sessionId: null } })
  })

  test('P04 expired: a former subject, and nothing that grants', () => {
    expect(identify(expired)).toMatchObject({
      identity: {
        kind: 'expired',
        code: 'TOKEN_EXPIRED',
        formerSubject: 'ada',
        sessionId: 'sid-1',
        expiresAtSeconds: (NOW - 2_700_000) / 1000,
        location: 'header',
      },
      claims: null,
    })
    expect(identify(expired).identity).not.toHaveProperty('subject')
  })

  test('P04 revoked: a former subject, and nothing that grants', () => {
    const { identity, claims } = identify(access, { revocation: saying('revoked') })
    expect(identity).toMatchObject({
      kind: 'revoked',
      code: 'TOKEN_REVOKED',
      formerSubject: 'ada',
      sessionId: 'sid-1',
    })
    expect(identity).not.toHaveProperty('subject')
    expect(claims).toBeNull()
  })

  test('superseded is expired before its time, so that the client refreshes', () => {
    const { identity, claims } = identify(access, { revocation: saying('superseded') })
    expect(identity).toMatchObject({ kind: 'expired', code: 'TOKEN_EXPIRED', formerSubject: 'ada' })
    expect(claims).toBeNull()
  })

  test('invalid: a reason for the log, and the token for whoever logs out with it', () => {
    const { identity, claims, presented } = identify(`${access}x`)
    expect(identity).toMatchObject({ kind: 'invalid', code: 'TOKEN_INVALID', reason: expect.any(String) })
    expect(claims).toBeNull()
    expect(presented).toEqual({ kind: 'token', raw: `${access}x`, location: 'header' })
  })

  test('invalid: a malformed header is the request’s fault', () => {
    const { identity, presented } = identify('two words')
    expect(identity).toMatchObject({ kind: 'invalid', code: 'INVALID_REQUEST' })
    expect(presented).toMatchObject({ kind: 'malformed' })
  })

  test('unavailable: revocation cannot be asked, or fails', () => {
    const failing: RevocationCheck = {
      check() {
        throw new Error('a defect')
      },
    }
    for (const revocation of [saying('unavailable'), failing]) {
      const { identity, claims } = identify(access, { revocation })
      expect(identity).toEqual({ kind: 'unavailable', code: 'UNAVAILABLE', location: 'header' })
      expect(claims).toBeNull()
    }
  })

  test('unavailable: the keys cannot be read; told to the log', () => {
    const logged: object[] = []
    const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => logged.push(fields) }
    const cause = new Error('no route to the issuer')
    const found = identify('x', {
      verifier: { ...verifier, verify: () => ({ kind: 'unavailable', cause }) },
      logger,
    })
    expect(found.identity).toMatchObject({ kind: 'unavailable', code: 'UNAVAILABLE' })
    expect(logged).toEqual([{ err: cause }])
  })
})

test('no identity can be changed', () => {
  for (const raw of [access, expired, 'garbage', 'two words']) {
    expect(Object.isFrozen(identify(raw).identity)).toBe(true)
  }
  expect(Object.isFrozen(identify(access, { revocation: saying('revoked') }).identity)).toBe(true)
})

test('P14 a refresh token does not identify its bearer', () => {
  expect(identify(refresh).identity).toMatchObject({ kind: 'invalid', code: 'TOKEN_INVALID' })
})

test('P15 with verifyType off it does', () => {
  expect(identify(refresh, { verifyType: false }).identity).toMatchObject({ kind: 'active', subject: 'ada' })
  expect(identify(access, { verifyType: false }).identity).toMatchObject({ kind: 'active' })
})

test('P16 with skipRevocationCheck a revoked bearer is active', () => {
  const revocation = saying('revoked')
  expect(identify(access, { revocation, skipRevocationCheck: true }).identity).toMatchObject({
    kind: 'active',
  })
})

test('revocation is asked by claims and subject, and only for tokens that are otherwise good', () => {
  const asked: unknown[] = []
  const revocation: RevocationCheck = {
    check(claims, subject) {
      asked.push([claims.jti, subject])
      return 'live'
    },
  }
  for (const raw of [expired, refresh, 'garbage', access]) identify(raw, { revocation })
  expect(asked).toEqual([['jti-1', 'ada']])
})

test('a keyring that fetches makes a promise, which does not reject', async () => {
  const slow = { ...verifier, verify: async (raw: string) => verifier.verify(raw, 'access') }
  const found = createIdentifier({ locate, verifier: slow }).identify({
    headers: { authorization: `Bearer ${access}` },
  })
  expect(found).toBeInstanceOf(Promise)
  await expect(found).resolves.toMatchObject({ identity: { kind: 'active' } })
})

function answering({ claims }: { claims: { sub: string } }) {
  const verdict: Verdict = { kind: 'valid', subject: claims.sub, type: 'access', claims, header: {} }
  return { ...verifier, verify: () => verdict }
}
