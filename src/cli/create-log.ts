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
/** At the top and one level down: by name, beside what is found in the text of errors. */
const PATHS = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`])

/** JSON lines, from a level on, in which no secret stands: not by its field's name, nor in an error's text. */
export function createLog(stream: NodeJS.WritableStream, level: LogLevel): Logger {
  const redact = { paths: PATHS, censor: '[secret]' }
  return fromLevel(pino({ level: 'debug', redact, serializers: { err: describeError } }, stream), level)
}
