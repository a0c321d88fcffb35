import { describeError, type ErrorText } from './describe-error.js'
import { OptionError } from './errors.js'
import { fromLevel, LOG_LEVELS, type Logger, type LogLevel, silentLogger } from './logger.js'

/**
 * Logs to the console: the message, then the fields, and an error with its stack. Secrets are removed from all of them.
 */
const consoleLog: Logger = {
  debug: tell('debug'),
  info: tell('info'),
  warn: tell('warn'),
  error: tell('error'),
}

/**
 * Returns the log of the option `logger`: the given one, none for `false`, otherwise the console. `levels` are the
 * lowest levels written; by default all to a given log, and warnings and errors to the console.
 * @throws {OptionError} for a value that is no log.
 */
export function chooseLogger(
  given: Logger | false | undefined,
  levels: { given?: LogLevel; console?: LogLevel } = {},
): Logger {
  if (given === undefined) return fromLevel(consoleLog, levels.console ?? 'warn')
  if (given === false) return silentLogger
  if (isLogger(given)) return fromLevel(given, levels.given ?? 'debug')
  throw new OptionError('logger', 'needs console, a log of its form (pino is), or false')
}

function tell(level: Exclude<LogLevel, 'silent'>): Logger['info'] {
  return (fields, message) => {
    const { err, ...rest } = fields as { err?: unknown }
    const known = Object.entries(rest).filter(([, value]) => value !== undefined)
    const facts = known.length === 0 ? [] : [Object.fromEntries(known)]
    const failure = err === undefined ? [] : [`\n${write(describeError(err))}`]
    console[level](`sallyport: ${message}`, ...facts, ...failure)
  }
}

function write({ type, message, stack, cause }: ErrorText): string {
  const own = stack ?? `${type}: ${message}`
  return cause === undefined ? own : `${own}\ncaused by ${write(cause)}`
}

function isLogger(value: unknown): value is Logger {
  if (typeof value !== 'object' || value === null) return false
  const methods = value as Readonly<Record<string, unknown>>
  return LOG_LEVELS.every((level) => level === 'silent' || typeof methods[level] === 'function')
}
