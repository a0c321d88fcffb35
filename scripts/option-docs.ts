import { readFileSync } from 'node:fs'
import { FORMER_NAMES, OPTION_TABLE, type OptionSpec } from '../src/base/option-table.js'

/** A member of an interface, as its source has it. */
interface Member {
  name: string
  type: string
  /** Its doc comment, in one line. */
  doc: string
}

interface Interface {
  /** Its own doc comment. */
  doc: string
  members: Member[]
}

/** Where the options are declared, in the order of the page. */
const SOURCES = [
  'src/base/key-options.ts',
  'src/base/options.ts',
  'src/base/listen-options.ts',
  'src/base/location-options.ts',
  'src/graphql/schema.ts',
  'src/hooks.ts',
  'src/tokens/host-checks.ts',
  'src/context/create-auth-context.ts',
]
const SECTIONS = {
  KeyOptions: 'Keys',
  KeyFolderOptions: 'A folder of keys',
  RemoteKeyOptions: 'Keys of another issuer',
  VerifyOptions: 'Verification',
  LocationOptions: 'Locations',
  CookieOptions: 'Cookies',
  TokenOptions: 'Tokens and sessions',
  ServerOptions: 'Server',
  ListenOptions: 'Address',
  ConnectionOptions: 'Connections',
}
const OF_PROGRAMS = [...Object.keys(SECTIONS), 'HostSchema', 'Hooks', 'HostChecks']

/** What `createAuthContext` has beside those of Keys and Verification. */
const OF_CONTEXT = ['AuthContextOptions', 'HostChecks']

const INTRODUCTION = `# Options

<!-- Made from the code by \`npm run docs\`: change the doc comments in src/base/options.ts, not this page. -->

The server reads variables of the environment, a program gives \`createSallyport({ … })\` the options by name. Everything
has a default. What cannot be read stops the start with its name, and so does what is no option: of the variables, one that begins
with \`JWT_\`; another that has almost the name of one of these is warned of. A variable that is empty counts as not set, unless its meaning says otherwise.

A **duration** is a number of seconds, or a text with a unit: \`90s\`, \`15m\`, \`12h\`, \`30d\`, \`2w\`. A list is separated
by commas in a variable.
`

const PROGRAM_INTRODUCTION = `## Options of programs

These are functions and objects, and so have no variable.
`

const CONTEXT_INTRODUCTION = `## Verification alone

\`createAuthContext\` of \`sallyport/context\` takes the options of Keys, Keys of another issuer, Verification and
Locations, and these:
`

const FORMER_INTRODUCTION = `## Names of former times

Flask-JWT and Flask-JWT-Extended before version 4 had other names. Each stops the start, and says what it is today.
`

/** The page \`docs/options.md\`. Throws when an option has no description. */
export function renderOptions(): string {
  const interfaces = new Map(SOURCES.flatMap((path) => [...readInterfaces(readSource(path))]))
  const table: [string, OptionSpec<unknown>][] = Object.entries(OPTION_TABLE)
  const membersOf = (name: string) => interfaces.get(name)?.members ?? []

  const sections = Object.entries(SECTIONS).map(([name, title]) => {
    const rows = membersOf(name).flatMap((member) => {
      const spec = table.find(([option]) => option === member.name)?.[1]
      return spec === undefined ? [] : [optionRow(member, spec)]
    })
    const head = ['Variable', 'Option', 'Default', 'May be', 'Meaning']
    return `## ${title}\n\n${interfaces.get(name)?.doc}\n\n${renderTable(head, rows)}`
  })

  const described = OF_PROGRAMS.flatMap(membersOf)
  const missing = table.find(([option]) => !described.some(({ name, doc }) => name === option && doc !== ''))
  if (missing !== undefined) throw new Error(`${missing[0]}: has no doc comment in ${SOURCES[0]}`)
  const ofPrograms = described.filter(({ name }) => !table.some(([option]) => option === name))
  const ofContext = OF_CONTEXT.flatMap(membersOf)
  const undescribed = [...ofPrograms, ...ofContext].find(({ doc }) => doc === '')
  if (undescribed !== undefined) throw new Error(`${undescribed.name}: has no doc comment`)

  return [
    INTRODUCTION,
    ...sections,
    PROGRAM_INTRODUCTION,
    renderTable(
      ['Option', 'Meaning'],
      ofPrograms.map(({ name, doc }) => [code(name), doc]),
    ),
    CONTEXT_INTRODUCTION,
    renderTable(
      ['Option', 'Meaning'],
      ofContext.map(({ name, doc }) => [code(name), doc]),
    ),
    FORMER_INTRODUCTION,
    renderTable(
      ['Then', 'Today'],
      Object.entries(FORMER_NAMES).map(([then, today]) => [
        code(then),
        /^[A-Z_]+$/.test(today) ? code(today) : today,
      ]),
    ),
  ].join('\n')
}

function optionRow({ name, type, doc }: Member, spec: OptionSpec<unknown>): string[] {
  return [
    code(spec.env),
    code(name),
    showDefault(spec.default, type.includes('Duration')),
    spec.kind.form,
    doc,
  ]
}

/** As a person would write it. Empty: there is none, or the description says what it is. */
function showDefault(value: unknown, isDuration: boolean): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return ''
  return code(isDuration ? showDuration(Number(value)) : String(value))
}

/** In the largest unit that divides it. */
export function showDuration(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ]
  const fitting = units.find(([, size]) => seconds > 0 && seconds % size === 0)
  return fitting === undefined ? `${seconds}s` : `${seconds / fitting[1]}${fitting[0]}`
}

/** The exported interfaces of a source that Biome has formatted, by name. */
export function readInterfaces(source: string): Map<string, Interface> {
  const interfaces = source.matchAll(
    /(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?export interface (\w+)[^{]*\{\n(.*?)\n\}/gs,
  )
  return new Map(
    Array.from(interfaces, ([, doc = '', name = '', body = '']) => [
      name,
      { doc: unwrap(doc), members: readMembers(body) },
    ]),
  )
}

function readMembers(body: string): Member[] {
  const members = body.matchAll(
    /(?:^ {2}\/\*\*((?:(?!\*\/).)*)\*\/\n)?^ {2}(?:readonly )?(\w+)\??: ([^\n]*)/gms,
  )
  return Array.from(members, ([, doc = '', name = '', type = '']) => ({ name, type, doc: unwrap(doc) }))
}

/** A comment's text without its stars and line breaks. */
function unwrap(comment: string): string {
  return comment.replace(/\s*\n\s*\*?\s?/g, ' ').trim()
}

function readSource(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}

function code(text: string): string {
  return `\`${text}\``
}
