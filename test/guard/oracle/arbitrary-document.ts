import fc from 'fast-check'
import type { Model, ModelArgument, ModelField } from './model.js'
import { possibleTypes, typeNamed } from './model.js'

/** What a client sends. */
export interface ModelRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

interface SelectionSeed {
  readonly kind: number
  readonly pick: number
  readonly condition: number
  readonly arg: readonly number[]
  readonly children: readonly SelectionSeed[]
}

const MAX_DEPTH = 4

const selectionSeed = fc.memo(
  (depth): fc.Arbitrary<SelectionSeed> =>
    fc.record({
      kind: fc.nat(9),
      pick: fc.nat(1000),
      condition: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
      arg: fc.array(fc.nat(50), { minLength: 3, maxLength: 6 }),
      children: depth <= 1 ? fc.constant([]) : fc.array(selectionSeed(depth - 1), { maxLength: 3 }),
    }),
)

const documentSeed = fc.record({
  selections: fc.array(selectionSeed(MAX_DEPTH), { minLength: 1, maxLength: 4 }),
  fragments: fc.array(
    fc.record({ type: fc.nat(50), children: fc.array(selectionSeed(3), { maxLength: 3 }) }),
    {
      maxLength: 3,
    },
  ),
  given: fc.boolean(),
  overriding: fc.option(fc.boolean()),
})

type DocumentSeed = typeof documentSeed extends fc.Arbitrary<infer T> ? T : never

export function arbitraryRequests(model: Model): fc.Arbitrary<readonly ModelRequest[]> {
  return fc.array(
    documentSeed.map((seed) => new Writer(model, seed).write()),
    { minLength: 1, maxLength: 3 },
  )
}

const CONDITIONS = [
  '',
  '@skip(if: true)',
  '@include(if: false)',
  '@skip(if: false)',
  '@include(if: true)',
  '@skip(if: $given)',
  '@include(if: $given)',
  '@skip(if: $yes)',
  '@include(if: $yes)',
  '@include(if: $no)',
  '@skip(if: $no)',
  '@include(if: $over)',
  '@skip(if: $over)',
  '@skip(if: $given) @include(if: $over)',
] as const

class Writer {
  readonly #model: Model
  readonly #seed: DocumentSeed
  readonly #declared = [
    '$given: Boolean!',
    '$yes: Boolean! = true',
    '$no: Boolean! = false',
    '$over: Boolean! = true',
  ]
  readonly #variables: Record<string, unknown>
  readonly #fragmentTypes: readonly string[]
  #count = 0

  constructor(model: Model, seed: DocumentSeed) {
    this.#model = model
    this.#seed = seed
    const composites = [...model.types.map(({ name }) => name), ...model.unions.map(({ name }) => name)]
    this.#fragmentTypes = seed.fragments.map(({ type }) => composites[type % composites.length] ?? 'Query')
    this.#variables = { given: seed.given, ...(seed.overriding === null ? {} : { over: seed.overriding }) }
  }

  write(): ModelRequest {
    const body = this.#selections(this.#seed.selections, { parent: 'Query', depth: 0, fragmentsFrom: 0 })
    const fragments = this.#seed.fragments.map(({ children }, index) => {
      const parent = this.#fragmentTypes[index] ?? 'Query'
      // To later fragments only, so that none contains itself.
      const inner = this.#fragmentBody(children, { parent, depth: 1, fragmentsFrom: index + 1 })
      return `fragment F${index} on ${parent} {${inner}}`
    })
    const head = `query (${this.#declared.join(', ')})`
    return { query: [`${head} {${body}}`, ...fragments].join('\n'), variables: this.#variables }
  }

  #selections(seeds: readonly SelectionSeed[], at: Place): string {
    const written = seeds.map((seed) => this.#selection(seed, at)).filter((text) => text !== '')
    return written.length > 0 ? written.join(' ') : '__typename'
  }

  #selection(seed: SelectionSeed, at: Place): string {
    const condition = CONDITIONS[seed.condition % CONDITIONS.length] ?? ''
    if (seed.kind <= 1) {
      const later = this.#fragmentTypes.length - at.fragmentsFrom
      if (later > 0) return `...F${at.fragmentsFrom + (seed.pick % later)} ${condition}`
    }
    if (seed.kind <= 3) return this.#inlineFragment(seed, condition, at)
    const fields = typeNamed(this.#model, at.parent)?.fields ?? []
    const field = fields[seed.pick % fields.length]
    if (field === undefined) return seed.kind <= 5 ? '__typename' : this.#inlineFragment(seed, condition, at)
    return this.#field(field, seed, condition, at)
  }

  #field(field: ModelField, seed: SelectionSeed, condition: string, at: Place): string {
    const isLeaf = field.returns === 'String'
    if (!isLeaf && at.depth >= MAX_DEPTH) return ''
    const given = field.arg === null ? '' : this.#argument(field.arg, seed.arg)
    const inner = isLeaf
      ? ''
      : `{${this.#selections(seed.children, { ...at, parent: field.returns, depth: at.depth + 1 })}}`
    return `a${this.#count++}: ${field.name}${given} ${condition} ${inner}`
  }

  #inlineFragment(seed: SelectionSeed, condition: string, at: Place): string {
    if (at.depth >= MAX_DEPTH) return ''
    const possible = possibleTypes(this.#model, at.parent)
    const overlapping = [...this.#model.types, ...this.#model.unions]
      .map(({ name }) => name)
      .filter((name) => possibleTypes(this.#model, name).some((type) => possible.includes(type)))
    const type = overlapping[seed.pick % (overlapping.length + 1)]
    const parent = type ?? at.parent
    const on = type === undefined ? '' : `on ${type} `
    return `... ${on}${condition} {${this.#fragmentBody(seed.children, { ...at, parent, depth: at.depth + 1 })}}`
  }

  /**
   * A fragment selects a field of the type that it names, whatever its conditions: to name a guarded type demands what
   * the type demands, and so does its field; the oracle sees only fields.
   */
  #fragmentBody(seeds: readonly SelectionSeed[], at: Place): string {
    const first = at.parent === 'Query' ? undefined : typeNamed(this.#model, at.parent)?.fields[0]
    return `${first?.name ?? ''} ${this.#selections(seeds, at)}`
  }

  #argument(arg: ModelArgument, seed: readonly number[]): string {
    const [mode = 0, ...rest] = seed
    if (mode % 5 === 0) return ''
    const type = arg.isList ? `[${arg.type}]` : arg.type
    const value = this.#value(arg.type, rest, 0)
    const other = this.#value(arg.type, rest.slice(1), 0)
    if (mode % 5 === 1) return `(arg: ${this.#literal(value, mode)})`
    const name = `v${this.#declared.length}`
    if (mode % 5 === 2) {
      this.#declared.push(`$${name}: ${type} = ${this.#literal(value, 0)}`)
    } else {
      this.#declared.push(`$${name}: ${type}`)
      if (mode % 5 === 3) this.#variables[name] = arg.isList && mode > 15 ? [null, other, value] : value
    }
    return `(arg: $${name})`
  }

  #value(type: string, seed: readonly number[], depth: number): unknown {
    const input = this.#model.inputs.find(({ name }) => name === type)
    const [bits = 0, ...rest] = seed
    if (bits % 7 === 6) return null
    if (input === undefined) return 'text'
    const given = input.fields.filter((_, index) => (bits >> index) % 2 === 1)
    return Object.fromEntries(
      given.map((field) => [field.name, depth > 2 ? null : this.#value(field.type, rest, depth + 1)]),
    )
  }

  /** Now and then with variables inside: one that is given, one that is not. */
  #literal(value: unknown, mode: number): string {
    if (value === 'text' && mode > 30) {
      const name = `v${this.#declared.length}`
      this.#declared.push(`$${name}: String`)
      if (mode > 40) this.#variables[name] = 'text'
      return `$${name}`
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    const fields = Object.entries(value).map(([name, inner]) => `${name}: ${this.#literal(inner, mode)}`)
    return `{${fields.join(', ')}}`
  }
}

interface Place {
  readonly parent: string
  readonly depth: number
  readonly fragmentsFrom: number
}
