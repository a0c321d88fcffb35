import type { Import, SourceFile } from './source-file.js'

/** Room → rooms that it may import. A file at the top is a room by itself. */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** Package (or `@scope/*`) → rooms that may import it. */
export type Vendors = Readonly<Record<string, readonly string[]>>

/** Each check answers what is wrong, one line a thing; nothing: all is well. */
export type Violations = string[]

/** The folder at the top, or the file. */
export function roomOf(path: string): string {
  return path.split('/', 1)[0] ?? path
}

export function checkRooms(files: readonly SourceFile[], rooms: Rooms): Violations {
  return files.flatMap(({ path, imports }) => {
    const room = roomOf(path)
    const allowed = rooms[room]
    if (allowed === undefined) return [`${path}: ${room} is no room of the table`]
    return targetsOf(imports)
      .map(roomOf)
      .filter((target) => target !== room && !allowed.includes(target))
      .map((target) => `${path} imports ${target}, which ${room} may not`)
  })
}

export function checkVendors(files: readonly SourceFile[], vendors: Vendors): Violations {
  return files.flatMap(({ path, imports }) =>
    packagesOf(imports)
      .filter((name) => !(findVendor(vendors, name)?.includes(roomOf(path)) ?? false))
      .map((name) => `${path} imports ${name}, which belongs elsewhere`),
  )
}

function findVendor(vendors: Vendors, name: string): readonly string[] | undefined {
  return vendors[name] ?? vendors[name.replace(/\/.*/, '/*')]
}

/** Every import of a file of ours names one that is there. */
export function checkTargets(files: readonly SourceFile[], elsewhere: (path: string) => boolean): Violations {
  const paths = new Set(files.map(({ path }) => path))
  return files.flatMap(({ path, imports }) =>
    targetsOf(imports)
      .filter((target) => !paths.has(target) && !elsewhere(target))
      .map((target) => `${path} imports ${target}, which is not there`),
  )
}

/** Circles of imports, types and `import()` included. Each is told once. */
export function checkCycles(files: readonly SourceFile[]): Violations {
  const targets = new Map(files.map(({ path, imports }) => [path, targetsOf(imports)]))
  const finished = new Set<string>()
  const found: Violations = []

  function follow(path: string, way: readonly string[]): void {
    if (finished.has(path)) return
    const start = way.indexOf(path)
    if (start >= 0) {
      found.push([...way.slice(start), path].join(' → '))
      return
    }
    for (const target of targets.get(path) ?? []) follow(target, [...way, path])
    finished.add(path)
  }

  for (const { path } of files) follow(path, [])
  return found
}

/** Only a door hands on what it imports, and it names each thing. */
export function checkDoors(files: readonly SourceFile[], doors: readonly string[]): Violations {
  return files.flatMap(({ path, reExports, exportsAll }) => [
    ...(reExports && !doors.includes(path) ? [`${path} re-exports, and is no door`] : []),
    ...(exportsAll ? [`${path} exports without names`] : []),
  ])
}

/** Which of these things a file takes by itself, unless it is one of those that may. */
export function checkAmbient(
  files: readonly SourceFile[],
  pattern: RegExp,
  allowed: readonly string[],
): Violations {
  return files
    .filter(({ path }) => !allowed.includes(path))
    .flatMap(({ path, ambient }) =>
      ambient.filter((taken) => pattern.test(taken)).map((taken) => `${path} asks ${taken}`),
    )
}

export function checkFiles(files: readonly SourceFile[], maxLines: number): Violations {
  return files.flatMap(({ path, lines, hasDefaultExport }) => [
    ...(lines > maxLines ? [`${path} has ${lines} lines`] : []),
    ...(/(?:^|\/)(?:helpers?|utils?|misc|common)\.ts$/.test(path) ? [`${path} is named after no job`] : []),
    ...(hasDefaultExport ? [`${path} has a default export`] : []),
  ])
}

/** What running an entry loads of packages, or, with `types`, what its declarations name. */
export interface Reach {
  /** Loaded with the entry. */
  static: string[]
  /** Loaded on demand, with all that this loads. */
  onDemand: string[]
  /** Named by types only. */
  types: string[]
}

/** The packages, without Node's own, that files of ours name on the way from an entry. */
export function findReach(files: readonly SourceFile[], entry: string): Reach {
  const loaded = walk(files, entry, ['value'])
  const onDemand = walk(files, entry, ['value', 'dynamic']).filter((name) => !loaded.includes(name))
  const known = [...loaded, ...onDemand]
  const types = walk(files, entry, ['value', 'dynamic', 'type']).filter((name) => !known.includes(name))
  return { static: loaded, onDemand, types }
}

function walk(files: readonly SourceFile[], entry: string, kinds: readonly Import['kind'][]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const seen = new Set([entry])
  const packages = new Set<string>()
  for (const path of seen) {
    const imports = (byPath.get(path)?.imports ?? []).filter(({ kind }) => kinds.includes(kind))
    for (const name of packagesOf(imports)) packages.add(name)
    for (const target of targetsOf(imports)) seen.add(target)
  }
  return [...packages].sort()
}

function targetsOf(imports: readonly Import[]): string[] {
  return [...new Set(imports.flatMap(({ target }) => (target === null ? [] : [target])))]
}

/** Names of packages: `@scope/name` of `@scope/name/file.js`. Node's own are none. */
function packagesOf(imports: readonly Import[]): string[] {
  const names = imports
    .filter(({ specifier, target }) => target === null && !specifier.startsWith('node:'))
    .map(({ specifier }) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
  return [...new Set(names)]
}
