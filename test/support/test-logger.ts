import { inspect } from 'node:util'
import type { Logger } from '../../src/base/logger.js'

export interface TestLogger extends Logger {
  readonly lines: readonly { level: string; fields: Record<string, unknown>; message: string }[]
  /** All that was logged as one text, errors with their stacks and causes. */
  text(): string
  /** Forgets what was logged, as when a server has started. */
  clear(): void
}

/** Keeps what is logged. */
export function createTestLogger(): TestLogger {
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = []
  const log = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message })
  }
  return {
    lines,
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    clear: () => void lines.splice(0),
    text: () => lines.map(({ fields, message }) => `${message} ${inspect(fields, { depth: 9 })}`).join('\n'),
  }
}
