import { type ErrorCode, isErrorCode } from '../base/errors.js'

/** How the caller presented itself; the kinds of `context.identity`. */
export type ViewerKind = 'anonymous' | 'active' | 'expired' | 'revoked' | 'invalid' | 'unavailable'

/** What the guard knows of the caller. Only kind `active` is granted anything. */
export interface Viewer {
  readonly kind: ViewerKind
  /** What a bad token is answered with; by default the kind's code. */
  readonly code?: ErrorCode
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>> | null
  /** Whether the token is fresh, or until when: seconds since 1970. Absent: judged by `authTime`. */
  readonly fresh?: boolean | number
  /** When the password was last given: seconds since 1970. */
  readonly authTime?: number
}

/** A viewer as taken at the beginning of an execution: whatever a resolver does to the context changes nothing here. */
export interface TakenViewer {
  readonly kind: 'anonymous' | 'active' | 'bad'
  /** What is answered where this viewer is not enough because of what it is. */
  readonly code: ErrorCode
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  readonly fresh: boolean | number | undefined
  readonly authTime: number | undefined
}

const NONE: readonly string[] = []
const NOBODY = { roles: NONE, scopes: NONE, claims: {}, fresh: false, authTime: undefined } as const

const CODE_OF_KIND: Readonly<Record<Exclude<ViewerKind, 'active'>, ErrorCode>> = {
  anonymous: 'UNAUTHENTICATED',
  expired: 'TOKEN_EXPIRED',
  revoked: 'TOKEN_REVOKED',
  invalid: 'TOKEN_INVALID',
  unavailable: 'UNAVAILABLE',
}

/** Copies what the host says of the caller. Throws a `TypeError` where it is no viewer, a promise for instance. */
export function takeViewer(viewer: Viewer): TakenViewer {
  const { kind, code } = asRecord(viewer)
  if (kind === 'active') return takeActive(viewer)
  if (typeof kind !== 'string' || !Object.hasOwn(CODE_OF_KIND, kind)) {
    throw new TypeError('viewer: must return { kind } at once, kind being one of the six')
  }
  const codeOfKind = CODE_OF_KIND[kind as keyof typeof CODE_OF_KIND]
  if (kind === 'anonymous') return { ...NOBODY, kind, code: codeOfKind }
  return badViewer(isErrorCode(code) ? code : codeOfKind)
}

/** The caller of a token that is no good any more: nothing is granted, and `code` says why. */
export function badViewer(code: ErrorCode): TakenViewer {
  return { ...NOBODY, kind: 'bad', code }
}

function takeActive(viewer: Viewer): TakenViewer {
  const claims = asRecord(viewer.claims)
  return {
    kind: 'active',
    code: 'FORBIDDEN',
    roles: namesIn(viewer.roles),
    scopes: namesIn(viewer.scopes),
    // Verified claims come frozen, deeply. Others are copied as far down as a rule can look.
    claims: isFrozenWithin(claims) ? claims : structuredCopy(claims),
    fresh: viewer.fresh,
    authTime: viewer.authTime,
  }
}

/** The viewer of a context made by `createAuthContext`: `identity`, `claims`. A context without them is anonymous. */
export function viewerOfContext(context: unknown): Viewer {
  const { identity, claims: verified } = asRecord(context)
  if (identity === undefined || identity === null) return { kind: 'anonymous' }
  const { kind, code } = asRecord(identity)
  const claims = asRecord(verified)
  const viewer: Viewer = {
    kind: kind as ViewerKind,
    roles: listOf(claims.roles),
    scopes: scopesOf(claims),
    claims,
    fresh: claims.fresh as boolean | number,
    authTime: claims.auth_time as number,
  }
  return isErrorCode(code) ? { ...viewer, code } : viewer
}

/** `scope` is one text (RFC 9068 §2.2.3); some issuers write `scopes`, a list. */
function scopesOf({ scope, scopes }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof scope === 'string') return scope.split(' ').filter((name) => name !== '')
  return listOf(scope ?? scopes)
}

function namesIn(value: unknown): readonly string[] {
  const names = listOf(value)
  return Object.isFrozen(names) ? names : [...names]
}

/** A list of strings as it is; anything else grants nothing. */
function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every(isText) ? value : NONE
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFrozenWithin(claims: Readonly<Record<string, unknown>>): boolean {
  return Object.isFrozen(claims) && Object.values(claims).every(isNoOpenList)
}

function isNoOpenList(value: unknown): boolean {
  return !Array.isArray(value) || Object.isFrozen(value)
}

function structuredCopy(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copied = Object.entries(claims).map(([name, value]) => [
    name,
    Array.isArray(value) ? Object.freeze([...value]) : value,
  ])
  return Object.freeze(Object.fromEntries(copied))
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
