import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseAst } from 'vitest/node'

/** What one file asks of another, or of a package. */
export interface Import {
  /** As it is written. */
  specifier: string
  /** `type`: gone once compiled. `dynamic`: `import()`. */
  kind: 'value' | 'type' | 'dynamic'
  /** For a file of ours its path, as in `SourceFile`; null for a package. */
  target: string | null
}

/** What the checks know of a file. */
export interface SourceFile {
  /** From the root, with slashes: `guard/plan.ts`. */
  path: string
  lines: number
  imports: readonly Import[]
  /** Whether it hands on what it imports. */
  reExports: boolean
  /** Whether it does so, or exports, without naming what. */
  exportsAll: boolean
  hasDefaultExport: boolean
  /** What it takes from the process or the clock by itself, as it is written. */
  ambient: readonly string[]
}

type Node = { type: string } & Readonly<Record<string, unknown>>

/** Reads every `.ts` file below a folder, but those in `except`. */
export function readSources(root: string, except: readonly string[] = []): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !except.some((folder) => path.startsWith(`${folder}/`)))
    .sort()
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')))
}

/** Reads one file. Throws a `SyntaxError` when it is no TypeScript. */
export function readSource(path: string, text: string): SourceFile {
  const file = {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: [] as Import[],
    reExports: false,
    exportsAll: false,
    hasDefaultExport: false,
    ambient: [] as string[],
  }
  const imported = new Set<string>()
  const add = (source: unknown, kind: Import['kind']) => {
    const specifier = isNode(source) ? specifierOf(source, text) : ''
    file.imports.push({ specifier, kind, target: resolve(path, specifier) })
  }

  visit(parseAst(text, { lang: 'ts' }), (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node.source, isOfTypes(node, 'importKind') ? 'type' : 'value')
        for (const { local } of nodesOf(node.specifiers)) imported.add(nameOf(local))
        break
      case 'ImportExpression':
        add(node.source, 'dynamic')
        break
      case 'TSImportType':
        add(node.source, 'type')
        break
      case 'ExportAllDeclaration':
        add(node.source, node.exportKind === 'type' ? 'type' : 'value')
        file.reExports = file.exportsAll = true
        break
      case 'ExportNamedDeclaration':
        if (isNode(node.source)) add(node.source, isOfTypes(node, 'exportKind') ? 'type' : 'value')
        file.reExports ||=
          isNode(node.source) || nodesOf(node.specifiers).some(({ local }) => imported.has(nameOf(local)))
        break
      case 'ExportDefaultDeclaration':
      case 'TSExportAssignment':
        file.hasDefaultExport = true
        break
      default: {
        const ambient = ambientOf(node)
        if (ambient !== null) file.ambient.push(ambient)
      }
    }
  })
  return file
}

const AMBIENT = new Set(['process.env', 'process.hrtime', 'Date.now', 'performance.now'])

/** `process.env`, `Date.now`, `new Date()` and their like. */
function ambientOf(node: Node): string | null {
  if (node.type === 'NewExpression') {
    return nameOf(node.callee) === 'Date' && nodesOf(node.arguments).length === 0 ? 'new Date()' : null
  }
  // Without `new` it is the present time, whatever it is given.
  if (node.type === 'CallExpression') return nameOf(node.callee) === 'Date' ? 'Date()' : null
  if (node.type === 'VariableDeclarator' && isNode(node.id) && node.id.type === 'ObjectPattern') {
    const taken = nodesOf(node.id.properties).map(({ key }) => `${nameOf(node.init)}.${nameOf(key)}`)
    return taken.find((name) => AMBIENT.has(name)) ?? null
  }
  if (node.type !== 'MemberExpression') return null
  const taken = `${nameOf(node.object)}.${nameOf(node.property)}`
  return AMBIENT.has(taken) ? taken : null
}

/** Whether all that is named is a type: the statement, or each name by itself. */
function isOfTypes(node: Node, kind: 'importKind' | 'exportKind'): boolean {
  if (node[kind] === 'type') return true
  const names = nodesOf(node.specifiers)
  return names.length > 0 && names.every((name) => name[kind] === 'type')
}

/** One that is put together at run time stays as it is written: it is then no file of ours, and no known package. */
function specifierOf(source: Node, text: string): string {
  if (source.type === 'Literal' && typeof source.value === 'string') return source.value
  return text.slice(Number(source.start), Number(source.end))
}

function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
}

function visit(value: unknown, enter: (node: Node) => void): void {
  if (isNode(value)) enter(value)
  if (typeof value !== 'object' || value === null) return
  for (const child of Object.values(value)) visit(child, enter)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** What it is called: of `globalThis.process` and `globalThis['process']`, too, `process`. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  if (node.type === 'MemberExpression') return nameOf(node.property)
  const name = node.name ?? node.value
  return typeof name === 'string' ? name : ''
}
