type PlainRecord = Readonly<Record<string, unknown>>

/** A directive of a code-first schema. `args` is null when it has a shape that the guard does not read. */
export interface ExtensionDirective {
  readonly name: string
  readonly args: PlainRecord | null
}

/**
 * Reads the directives of a code-first schema in both shapes in use: `{ auth: { … } }` or `{ auth: [{ … }, { … }] }`, and
 * `[{ name: 'auth', args: { … } }]`. Returns null for any other shape: a rule in it would be lost.
 */
export function readExtensionDirectives(directives: unknown): ExtensionDirective[] | null {
  if (directives == null) return []
  if (Array.isArray(directives)) return readList(directives)
  return isPlainRecord(directives) ? readRecord(directives) : null
}

function readList(entries: readonly unknown[]): ExtensionDirective[] | null {
  // Array.from visits holes too, which `every` and `map` skip.
  const records = Array.from(entries)
  if (!records.every(isNamed)) return null
  return records.map(({ name, args, ...others }) =>
    toDirective(name, Object.keys(others).length > 0 ? undefined : (args ?? true)),
  )
}

function isNamed(entry: unknown): entry is PlainRecord & { readonly name: string } {
  return isPlainRecord(entry) && typeof entry.name === 'string'
}

function readRecord(directives: PlainRecord): ExtensionDirective[] {
  return Object.entries(directives).flatMap(([name, value]) => {
    const list: unknown[] = Array.isArray(value) ? Array.from(value) : [value]
    // An empty list applies nothing, which nobody writes on purpose.
    return list.length === 0 ? [toDirective(name, undefined)] : list.map((args) => toDirective(name, args))
  })
}

/** `true` stands for no arguments. */
function toDirective(name: string, args: unknown): ExtensionDirective {
  const plain = isPlainRecord(args) ? args : null
  return { name, args: args === true ? {} : plain }
}

/** Of any realm, and with nothing that `Object.keys` does not list: no Map, no class, no inherited or hidden property. */
function isPlainRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return Reflect.ownKeys(value).length === Object.keys(value).length
}
