/** graphql-js quotes what a client wrote, and that may be a password: its words without the values. */
export function withoutValues(message: string): string {
  const variable = /^Variable "\$(\w+)" got invalid value /.exec(message)
  if (variable !== null) return describeVariable(variable[1] ?? '', message)
  return message
    .replace(/( cannot represent [^:]*):[\s\S]*$/, '$1.')
    .replace(/^(Argument "\w+" has invalid value) [\s\S]*$/, '$1.')
    .replace(/(Expected value of type "[^"]*"), found [\s\S]*$/, '$1.')
    .replace(/^(Syntax Error: [\s\S]*?\b(?:String|BlockString|Int|Float)) "[\s\S]*"/, '$1')
}

const REASONS = [
  /Field "\w+" of required type "[\w![\]]+" was not provided/,
  /Field "\w+" is not defined by type "\w+"/,
  /Expected non-nullable type "[\w![\]]+" not to be null/,
  /Expected type "\w+" to be an object/,
  /\b\w+ cannot represent [\w\s-]+(?=:)/,
]

function describeVariable(name: string, message: string): string {
  const path = / at "([\w.[\]]+)"; /.exec(message)?.[1] ?? name
  const reason = REASONS.map((pattern) => pattern.exec(message)?.[0]).find((found) => found !== undefined)
  return `Variable "$${name}" has an invalid value at "${path}"${reason === undefined ? '' : `: ${reason}`}.`
}
