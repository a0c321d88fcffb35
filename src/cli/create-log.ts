import { pino } from 'pino'
import { describeError } from '../base/describe-error.js'
import { fromLevel, type Logger, type LogLevel } from '../base/logger.js'

const SECRET_FIELDS = [
  ...[
    'password',
    'passwordHash',
    'token',
    'accessToken',
    'refreshToken',
    'csrfToken',
    'secret',
    'privateKey',
  ],
  ...['authorization', 'cookie', 'set-cookie', 'databaseUrl'],
]
/** Field names at the top and one level down. Secrets in the text of errors are removed besides. */
const PATHS = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`])

/** A log of JSON lines, from a level on. Secrets are removed by field name and from the text of errors. */
export function createLog(stream: NodeJS.WritableStream, level: LogLevel): Logger {
  const redact = { paths: PATHS, censor: '[secret]' }
  return fromLevel(pino({ level: 'debug', redact, serializers: { err: describeError } }, stream), level)
}
