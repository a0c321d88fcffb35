import type { GraphQLError } from 'graphql'
import type { ErrorChange, ErrorHooks } from '../base/error-hooks.js'
import { isErrorCode } from '../base/errors.js'
import { type HttpAnswer, rebuildError } from '../base/graphql-error.js'
import type { Logger } from '../base/logger.js'
import { genuineToken } from '../context/index.js'

/** A public error in the host's words. Never throws; `context` is that of the operation, as far as it was made. */
export type RewordError = (error: GraphQLError, context: object) => GraphQLError

/** Where the host's function fails, the plain error is answered, and the failure is logged. */
export function createRewordError(hooks: ErrorHooks | undefined, logger: Logger): RewordError {
  if (hooks === undefined) return (error) => error
  return (error, context) => {
    const { http, ...extensions } = error.extensions
    const { code } = extensions
    const hook = isErrorCode(code) && Object.hasOwn(hooks, code) ? hooks[code] : undefined
    if (hook === undefined || !isErrorCode(code)) return error
    try {
      const { header, claims } = genuineToken(context) ?? { header: null, claims: null }
      const info = { code, message: error.message, extensions, path: error.path, header, claims }
      return change(error, readChange(hook(info) ?? {}))
    } catch (err) {
      logger.error({ err, code }, 'errors: the function of this code failed')
      return error
    }
  }
}

/** What a host without types may answer, too. */
function readChange(given: unknown): ErrorChange {
  if (typeof given !== 'object' || given === null || 'then' in given) {
    throw new TypeError('it must answer { message, extensions, status }, and not a promise')
  }
  const { message, extensions, status } = given as Record<string, unknown>
  if (message !== undefined && typeof message !== 'string') throw new TypeError('message must be a text')
  if (extensions !== undefined && (typeof extensions !== 'object' || extensions === null)) {
    throw new TypeError('extensions must be an object')
  }
  // What cannot be written would fail the whole answer.
  JSON.stringify(extensions)
  const isStatus = Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599
  if (status !== undefined && !isStatus) throw new TypeError('status must be from 400 to 599')
  return given as ErrorChange
}

function change(error: GraphQLError, { message, extensions, status }: ErrorChange): GraphQLError {
  const { code, action, http } = error.extensions
  const answer = http as HttpAnswer | undefined
  const changed = answer === undefined || status === undefined ? answer : { ...answer, status }
  return rebuildError(error, {
    message: message ?? error.message,
    extensions: {
      ...error.extensions,
      ...extensions,
      code,
      action,
      http: changed,
    },
  })
}
