import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.js'
import { LOG_LEVELS, type Logger, type LogLevel } from '../base/logger.js'
import type { AnswerError } from './http-refusal.js'
import type { DescribeOperation } from './operation-mark.js'
import type { GraphQLParameters } from './request-body.js'

/** A request under way, as the log will call it. */
export interface RequestEntry {
  readonly id: string
  readonly startedAt: number
  /** What it asks, once that is read. */
  parameters: GraphQLParameters | null
}

/** What became of a request. */
export interface RequestEnd {
  readonly status: number
  readonly error?: AnswerError | undefined
  /** It is as long as its reader likes, and so never slow. */
  readonly isStream?: boolean
}

/**
 * One line for a request: its id, the operation's name and hash, status, code, why a token was refused, and milliseconds;
 * never what was asked for or by whom. Every one at `debug`, at `info` those whose credentials were refused, at `warn` slow ones, at `error`
 * those that failed on our side, with what failed: under the `errorId` that the client was shown.
 */
export interface RequestLog {
  /** `given` is the `X-Request-Id` that it came with: kept, if it looks like one. */
  begin(given: string | undefined): RequestEntry
  end(entry: RequestEntry, end: RequestEnd): void
}

const GIVEN_ID = /^[\w-]{8,64}$/
const SLOW_MS = 1_000
const FAILURES: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE'])
/** Where somebody guesses, replays or forges. Not what every client meets every day, as `TOKEN_EXPIRED`. */
const REFUSALS: ReadonlySet<string> = new Set([
  'INVALID_CREDENTIALS',
  'TOKEN_INVALID',
  'REFRESH_REUSED',
  'CSRF_FAILED',
  'RATE_LIMITED',
])

export function createRequestLog(parts: {
  logger: Logger
  clock: Pick<Clock, 'elapsed'>
  level: LogLevel
  describe: DescribeOperation
}): RequestLog {
  const { logger, clock } = parts
  const first = LOG_LEVELS.indexOf(parts.level)

  return {
    begin(given) {
      const id = given !== undefined && GIVEN_ID.test(given) ? given : randomUUID()
      return { id, startedAt: clock.elapsed(), parameters: null }
    },

    end(entry, { status, error, isStream = false }) {
      const ms = clock.elapsed() - entry.startedAt
      const isSlow = !isStream && ms >= SLOW_MS
      const failures = error?.failures ?? []
      const failure = failures.find(({ id }) => id !== undefined) ?? failures[0]
      const level = levelOf(failure?.code ?? error?.code, isSlow)
      if (LOG_LEVELS.indexOf(level) < first) return
      const { id: requestId, parameters } = entry
      const operation = parameters === null ? {} : parts.describe(parameters)
      const { reason } = error ?? {}
      const [code, errorId] = [failure?.code ?? error?.code, failure?.id ?? error?.id]
      const fields = { requestId, ...operation, status, code, reason, errorId, ms: Math.round(ms * 10) / 10 }
      logger[level](failure === undefined ? fields : { ...fields, err: failure.cause }, messageOf(level))
      // The client was shown the id of each.
      for (const { id, cause } of failures) {
        if (id === undefined || id === errorId) continue
        logger.error({ requestId, errorId: id, err: cause }, messageOf('error'))
      }
    },
  }
}

function levelOf(code: string | undefined, isSlow: boolean): Exclude<LogLevel, 'silent'> {
  if (code !== undefined && FAILURES.has(code)) return 'error'
  if (isSlow) return 'warn'
  return code !== undefined && REFUSALS.has(code) ? 'info' : 'debug'
}

function messageOf(level: Exclude<LogLevel, 'silent'>): string {
  return { debug: 'request', info: 'request refused', warn: 'slow request', error: 'request failed' }[level]
}
