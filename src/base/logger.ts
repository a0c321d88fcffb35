/** In ascending severity. `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The log's interface. pino fits, and so does any other log with (fields, message). */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The same log without the entries below a level. */
export function fromLevel(logger: Logger, level: LogLevel): Logger {
  const first = LOG_LEVELS.indexOf(level)
  const kept = (name: Exclude<LogLevel, 'silent'>): Logger['info'] =>
    LOG_LEVELS.indexOf(name) < first ? silentLogger[name] : (fields, message) => logger[name](fields, message)
  return { debug: kept('debug'), info: kept('info'), warn: kept('warn'), error: kept('error') }
}
