import type { ErrorCode } from '../../src/base/errors.js'

/** A case of G70, to be run on the verifier, the context and over HTTP. */
export interface HostileToken {
  /** Never changes. */
  readonly id: string
  readonly token: string
  /** The code to expect; `ok`: it is accepted, and the trick does nothing. */
  readonly must: 'ok' | Extract<ErrorCode, 'TOKEN_INVALID' | 'TOKEN_EXPIRED'>
  /** How it is presented: at `@auth`, or as the token of `refresh`. */
  readonly as: 'access' | 'refresh'
  /** Longer than Node lets a header be: over HTTP only where a body can carry it. */
  readonly tooLongForHeader?: true
}

/** What the tokens attack: a verifier with this secret (HS256), and no leeway. */
export interface Target {
  readonly secret: string
  /** Seconds since 1970. */
  readonly now: number
  readonly issuer?: string
  readonly audience?: string
  /** Claims for every token, beside the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A builder of rows: what is not said is as in a good token. */
export function row(id: string, must: HostileToken['must'], token: string): HostileToken {
  return { id, token, must, as: 'access' }
}

/** The claims of a good access token. */
export function goodClaims(target: Omit<Target, 'secret'>): Record<string, unknown> {
  const { now, issuer, audience } = target
  return {
    sub: '42',
    jti: 'c4a2d9ad-ae40-4c59-b77b-59daa8ff8343',
    type: 'access',
    fresh: false,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 900,
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
    ...target.claims,
  }
}
