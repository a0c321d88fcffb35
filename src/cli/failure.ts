import { withoutSecrets } from '../base/describe-error.js'
import { AuthError, OptionError } from '../base/errors.js'
import { OPTION_TABLE, type OptionSpec } from '../base/option-table.js'
import { StoreUnavailable } from '../store/failures.js'

/** Why a command failed, as `--json` shows it. */
export interface Failure {
  /** A code of the catalogue, `OPTION` for an invalid variable, or `USAGE`. */
  readonly code: string
  readonly message: string
  /** The invalid variable. */
  readonly variable?: string
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof OptionError) return withVariable(error)
  if (error instanceof AuthError) return { code: error.code, message: error.message }
  if (error instanceof StoreUnavailable) return { code: 'UNAVAILABLE', message: error.message }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'INTERNAL_SERVER_ERROR', message: withoutSecrets(message) }
}

/** The operator sets environment variables, so errors name options by their variables. */
function withVariable({ option, message }: OptionError): Failure {
  const variable = variableOf(option)
  const problem = message.slice(option.length).replace(OTHER_OPTION, variableOf)
  return { code: 'OPTION', message: `${variable}${problem}`, variable }
}

/** Option names of two words or more, outside of paths. Names of one word are also ordinary words. */
const OTHER_OPTION = /(?<![/."])\b[a-z]+(?:[A-Z][a-z]*)+\b/g

function variableOf(option: string): string {
  const table: Readonly<Record<string, OptionSpec<unknown>>> = OPTION_TABLE
  return Object.hasOwn(table, option) ? (table[option]?.env ?? option) : option
}
