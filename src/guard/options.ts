import { refuseUnknownOptions } from '../base/check-options.js'
import { type Clock, systemClock } from '../base/clock.js'
import { parseDuration } from '../base/duration.js'
import { AuthError, OptionError } from '../base/errors.js'
import type { Freshness } from '../base/freshness.js'
import type { Duration } from '../base/options.js'
import { findEnd } from './bearer-end.js'
import type { Pending, Verdict } from './decide.js'
import { DIRECTIVE_NAMES, type DirectiveNames } from './directives.js'
import type { Introspection } from './introspection-rules.js'
import { askPolicies, type Policy } from './policies.js'
import type { Unmarked } from './requirements.js'
import { badViewer, type TakenViewer, takeViewer, type Viewer, viewerOfContext } from './viewer.js'

export interface GuardOptions {
  /**
   * What a field of Query, Mutation or Subscription without a rule means: a mistake that stops the start, `@auth`, or
   * `@public`. There is no default: a field that somebody forgot is worth a decision.
   */
  unmarked: Unmarked
  /**
   * Who may ask what the schema is, by `__schema` and `__type`: nobody (`'off'`), who is logged in, everybody; or
   * everybody, for what they may reach themselves (`'filtered'`). But with `'public'`, messages about a wrong document name
   * nothing else of the schema than the document does, and what `'filtered'` shows everybody. It takes an adapter: a plain
   * `execute()` of graphql 16 asks no schema who may see it; that of graphql 17 does.
   * @default 'public'
   */
  introspection?: Introspection
  /**
   * Who the caller is, from the context of the execution; at once, no promise. By default from `context.identity` and
   * `context.claims`, as `createAuthContext` makes them. Where it throws, the operation is refused. While a subscription that
   * asks for anything is open, it is asked again four times a second, and at each event.
   */
  // A method, so that a host may name the type of its own context.
  viewer?(context: unknown): Viewer
  /**
   * The functions that `@policy` names. Each is asked once an operation at most, when all other rules hold, and has a
   * second. Whatever is not `true` denies: an unknown name, an error, silence. While a subscription is open, they are
   * asked again once a second.
   */
  policies?: Readonly<Record<string, Policy>>
  /** Where the time comes from; for tests. */
  clock?: Clock
  /** How long after `auth_time` a token without a `fresh` claim counts as fresh. @default 900 */
  freshFor?: Duration
  /** How far ahead of our clock `auth_time` may be. @default 10 */
  leeway?: Duration
  /** The names under which the schema defines the guard's directives, where they are not ours. */
  directives?: Partial<DirectiveNames>
}

/** `GuardOptions`, resolved. */
export interface GuardConfig {
  readonly unmarked: Unmarked
  readonly introspection: Introspection
  readonly names: DirectiveNames
  /** Throws `UNAVAILABLE` where the viewer cannot be told. */
  takeViewer(context: unknown): TakenViewer
  /** Never rejects. */
  askPolicies(pending: Pending, context: unknown): Promise<Verdict>
  readTime(): Freshness
}

const UNMARKED: readonly unknown[] = ['error', 'authenticated', 'public'] satisfies Unmarked[]
const INTROSPECTIONS: readonly unknown[] = [
  'off',
  'authenticated',
  'public',
  'filtered',
] satisfies Introspection[]

const KNOWN: Readonly<Record<keyof GuardOptions, true>> = {
  unmarked: true,
  introspection: true,
  viewer: true,
  policies: true,
  clock: true,
  freshFor: true,
  leeway: true,
  directives: true,
}

/**
 * Checks the options. `others` are those that only the caller knows.
 * @throws {OptionError} naming the option.
 */
export function resolveGuardOptions(options: GuardOptions, others: readonly string[] = []): GuardConfig {
  refuseUnknownOptions(options ?? {}, [...Object.keys(KNOWN), ...others])
  const { unmarked, introspection = 'public', clock = systemClock, viewer = viewerOfContext } = options ?? {}
  if (!UNMARKED.includes(unmarked)) {
    throw new OptionError('unmarked', "must be 'error', 'authenticated' or 'public'")
  }
  if (!INTROSPECTIONS.includes(introspection)) {
    throw new OptionError('introspection', "must be 'off', 'authenticated', 'public' or 'filtered'")
  }
  const freshForSeconds = readSeconds('freshFor', options.freshFor ?? 900)
  const leewaySeconds = readSeconds('leeway', options.leeway ?? 10)
  return {
    unmarked,
    introspection,
    names: resolveNames(options.directives),
    takeViewer(context) {
      try {
        const taken = takeViewer(viewer(context))
        const end = taken.kind === 'active' ? findEnd(context, taken, clock.now() / 1000) : null
        return end === null ? taken : badViewer(end)
      } catch (cause) {
        throw new AuthError('UNAVAILABLE', { cause })
      }
    },
    askPolicies: (pending, context) => askPolicies(pending, options.policies ?? {}, context),
    readTime: () => ({ nowSeconds: clock.now() / 1000, freshForSeconds, leewaySeconds }),
  }
}

function readSeconds(option: string, value: Duration): number {
  const seconds = parseDuration(value)
  if (seconds === null) throw new OptionError(option, 'is no span of time')
  return seconds
}

function resolveNames(mapping: Partial<DirectiveNames> = {}): DirectiveNames {
  refuseUnknownOptions(mapping, Object.keys(DIRECTIVE_NAMES), 'directives')
  const names = { ...DIRECTIVE_NAMES, ...mapping }
  if (new Set(Object.values(names)).size < Object.keys(names).length) {
    throw new OptionError('directives', 'gives one name to two directives')
  }
  return names
}
