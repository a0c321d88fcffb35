import { OptionError } from './errors.js'
import type { KeyFolderOptions, KeyOptions, RemoteKeyOptions } from './key-options.js'
import type { ConnectionOptions } from './listen-options.js'
import type { CookieOptions, LocationOptions } from './location-options.js'
import { FORMER_NAMES, OPTION_TABLE, type OptionSpec } from './option-table.js'
import type { ServerOptions, TokenOptions, VerifyOptions } from './options.js'

export type EnvironmentOptions = KeyOptions &
  KeyFolderOptions &
  RemoteKeyOptions &
  VerifyOptions &
  LocationOptions &
  CookieOptions &
  TokenOptions &
  ServerOptions &
  ConnectionOptions

/** Prefixes of our variables. An unknown variable with one of them is a mistake. */
const OUR_PREFIX = 'JWT_'

/**
 * Reads the options from environment variables, named as in Flask-JWT-Extended 4 where it has them. An empty variable
 * counts as not set.
 * @throws {OptionError} naming the variable, for an invalid value, an unknown `JWT_…`, and a name from before
 * Flask-JWT-Extended 4 (with today's name).
 */
export function optionsFromEnv(env: Readonly<Record<string, string | undefined>>): EnvironmentOptions {
  const options: Record<string, unknown> = {}
  const known = new Set<string>()
  for (const [name, spec] of Object.entries<OptionSpec<unknown>>(OPTION_TABLE)) {
    known.add(spec.env)
    const text = env[spec.env]
    if (text === undefined || (text === '' && !spec.emptyText)) continue
    const value = spec.kind.fromText(text)
    const result = spec.kind.read(value)
    if ('problem' in result) throw new OptionError(spec.env, result.problem)
    options[name] = value
  }
  for (const [name, text] of Object.entries(env)) if (text) refuseUnknown(name, known)
  return options
}

function refuseUnknown(name: string, known: ReadonlySet<string>): void {
  const today = FORMER_NAMES[name]
  if (today !== undefined) throw new OptionError(name, `is a name of former times; today it is ${today}`)
  if (name.startsWith(OUR_PREFIX) && !known.has(name)) {
    throw new OptionError(name, 'is no option; docs/options.md lists them')
  }
}
