import { MAX_DEPTH } from './strict-json.js'

/**
 * A copy of a host's object that JSON keeps as it is. `JSON.stringify` leaves functions and `undefined` out, and makes null of
 * NaN and `{}` of a Map: a token would silently lack what the host put there. `toJSON` is applied, so that a Date is its text.
 * Throws `TypeError`, naming the path, such as `claims.permissions[2] is a function`.
 */
export function readJsonObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return copy(value, name, []) as Readonly<Record<string, unknown>>
  }
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
  throw new TypeError(`${name} must be an object, not ${found}`)
}

function copy(given: unknown, path: string, above: readonly object[]): unknown {
  const value = applyToJson(given, path)
  if (typeof value !== 'object' || value === null) return requireScalar(value, path)
  if (above.includes(value)) throw new TypeError(`${path} contains itself`)
  if (above.length === MAX_DEPTH) throw new TypeError(`${path} is nested too deep`)
  const inner = [...above, value]
  if (Array.isArray(value)) {
    // By index: a hole is undefined.
    return Array.from(value, (one, index) => copy(one, `${path}[${index}]`, inner))
  }
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (tag !== 'Object') throw new TypeError(`${path} is ${withArticle(tag)}`)
  if (hasSymbol(value)) throw new TypeError(`${path} has a symbol as a name`)
  const members = Object.entries(value).map(([name, one]) => [name, copy(one, pathOf(path, name), inner)])
  return Object.fromEntries(members)
}

function applyToJson(value: unknown, path: string): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime()))
    throw new TypeError(`${path} is an invalid Date`)
  if ((typeof value !== 'object' && typeof value !== 'bigint') || value === null) return value
  const toJson: unknown = Reflect.get(Object(value), 'toJSON')
  return typeof toJson === 'function' ? Reflect.apply(toJson, value, [path]) : value
}

function requireScalar(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw new TypeError(`${path} is ${value}`)
  }
  const found = typeof value === 'bigint' ? 'BigInt' : typeof value
  throw new TypeError(`${path} is ${value === undefined ? found : withArticle(found)}`)
}

function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}

function hasSymbol(value: object): boolean {
  return Object.getOwnPropertySymbols(value).some((symbol) =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  )
}

function pathOf(path: string, name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}
