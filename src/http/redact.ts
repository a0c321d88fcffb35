/**
 * graphql-js quotes what a client wrote, and that may be a password: its words without the values. It takes time in
 * proportion to the message, which may be as long as a body.
 */
export function withoutValues(message: string): string {
  const variable = BAD_VARIABLE.exec(message)
  if (variable !== null) return describeVariable(variable[1] ?? '', message, variable[0].length)
  if (message.startsWith('Syntax Error: ')) return message.replace(BAD_TOKEN, '$1.')
  if (message.startsWith('Argument "')) return cut(message, ' has invalid value', ' ')
  if (message.startsWith('Expected value of type "')) return cut(message, '"', ', found ')
  const scalar = message.indexOf(' cannot represent ')
  return scalar < 0 ? message : cut(message, '', ':', scalar)
}

const BAD_VARIABLE = /^Variable "\$(\w+)" got invalid value /
const BAD_TOKEN =
  /^(Syntax Error: (?:Unexpected|Expected [^,]{1,40}, found) \w*(?:String|Int|Float)) "[\s\S]*$/

/** Ends a message between two marks: where they first stand, since a value can hold them too. */
function cut(message: string, kept: string, dropped: string, from = 0): string {
  const at = message.indexOf(kept + dropped, from)
  return at < 0 ? message : `${message.slice(0, at)}${kept}.`
}

/**
 * graphql-js's own words. No text of a client passes for them, even where a name of its making upsets the quotes: in a
 * value a quote has a backslash before it, and the one without quotes is all fixed.
 */
const REASONS = [
  /^Field "\w+" of required type "[\w![\]]+" was not provided/,
  /^Field "\w+" is not defined by type "\w+"/,
  /^Expected non-nullable type "[\w![\]]+" not to be null/,
  /^Expected type "\w+" to be an object/,
  /^Enum "\w+" cannot represent non-string value/,
  /^(?:Int|Float|String|Boolean|ID) cannot represent (?:non-integer |non 32-bit signed integer |non numeric |a non string |a non boolean )?value/,
]
const PATH = / at "([\w.[\]]+)"$/
const LONGEST = 400

function describeVariable(name: string, message: string, start: number): string {
  const end = findEndOfValue(message, start)
  const path = PATH.exec(message.slice(Math.max(start, end - LONGEST), end))?.[1] ?? name
  const after = message.slice(end + 2, end + LONGEST)
  const reason = REASONS.map((pattern) => pattern.exec(after)?.[0]).find((found) => found !== undefined)
  return `Variable "$${name}" has an invalid value at "${path}"${reason === undefined ? '' : `: ${reason}`}.`
}

/** Where `; ` first stands outside of quotes. Text is quoted as JSON is, so that none of it is taken for the reason. */
function findEndOfValue(message: string, start: number): number {
  let isQuoted = false
  for (let at = start; at < message.length; at++) {
    const character = message[at]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted && character === '\\') at++
    else if (!isQuoted && character === ';' && message[at + 1] === ' ') return at
  }
  return message.length
}
