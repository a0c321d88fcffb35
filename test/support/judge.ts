import type { Clock } from '../../src/base/clock.js'
import type { KeyOptions } from '../../src/base/key-options.js'
import type { TokenOptions, VerifyOptions } from '../../src/base/options.js'
import { resolveTokens, resolveVerify } from '../../src/base/resolve-options.js'
import { createKeyring } from '../../src/keys/keyring.js'
import { createIssuer, type IssueInput } from '../../src/tokens/issue.js'
import { createVerifier, type ExpectedType, type Verdict } from '../../src/tokens/verify.js'

/** A clock that stands until it is set. */
export interface SetClock extends Clock {
  set(milliseconds: number): void
}

export function createSetClock(milliseconds: number): SetClock {
  let now = milliseconds
  return {
    now: () => now,
    elapsed: () => now,
    set(next) {
      now = next
    },
  }
}

/** An issuer and a verifier under the same options. */
export function createBench(options: KeyOptions & VerifyOptions & TokenOptions & { clock: Clock }) {
  const keyring = createKeyring(options)
  const config = resolveVerify(options)
  const { clock } = options
  return {
    keyring,
    config,
    issuer: () => createIssuer({ keyring, config: { ...resolveTokens(options), ...config } }),
    verifier: createVerifier({ keyring, config, clock }),
    uncached: createVerifier({ keyring, config, clock, cacheBytes: 0 }),
  }
}

/** The verdict of a keyring that has its keys at hand. */
export function verdictOf(
  verifier: ReturnType<typeof createVerifier>,
  raw: string,
  expected: ExpectedType = 'access',
): Verdict {
  const verdict = verifier.verify(raw, expected)
  if (verdict instanceof Promise) throw new Error('the keyring should have answered at once')
  return verdict
}

/** What a guard, or `refresh`, would answer. */
export function codeOf(verdict: Verdict): string {
  const codes = {
    valid: 'ok',
    expired: 'TOKEN_EXPIRED',
    invalid: 'TOKEN_INVALID',
    unavailable: 'UNAVAILABLE',
  }
  return codes[verdict.kind]
}

export function anAccessToken(now: number, changes: Partial<IssueInput> = {}): IssueInput {
  return {
    type: 'access',
    subject: 'ada',
    jti: 'jti-1',
    issuedAt: new Date(now),
    expiresAt: new Date(now + 900_000),
    fresh: false,
    ...changes,
  }
}
