import { OptionError } from './errors.js'
import { suggestName } from './nearest-name.js'

/**
 * Refuses unknown options: a misspelt name must not leave a default in force.
 * @param place the option that holds these options, for the message
 * @throws {OptionError} naming the option, and the known one that is nearly the same.
 */
export function refuseUnknownOptions(options: object, known: Iterable<string>, place?: string): void {
  const names = [...known]
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    // Long lists have a page of their own.
    const list = names.length > 12 ? 'docs/options.md lists them' : `the options are ${names.join(', ')}`
    const path = place === undefined ? name : `${place}.${name}`
    throw new OptionError(path, `is no option; ${suggestName(name, names, list)}`)
  }
}

/**
 * Refuses a hook that is no function: it would fail at a request.
 * @throws {OptionError} naming the hook.
 */
export function refuseNoFunctions<T extends object>(options: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const given = options[name]
    if (given !== undefined && typeof given !== 'function') throw new OptionError(name, 'must be a function')
  }
}
