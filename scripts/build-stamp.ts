import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'

/** All that a build is made of, by content; the hidden lock file is of what is installed. */
const SOURCES = [
  ...['src', 'prisma', 'scripts', 'prisma.config.ts', 'tsconfig.json', 'tsconfig.build.json'],
  ...['package.json', 'package-lock.json', 'node_modules/.package-lock.json'],
]
/** The build makes it itself. */
const GENERATED = 'src/store/generated'
const OUTPUT = ['dist', GENERATED]
/** `npm ci` takes it away, and so whatever it installs is built with. */
const STAMP = 'node_modules/.cache/sallyport/build.json'

/** What was built from what. */
interface Stamp {
  readonly sources: string
  readonly output: string
}

/** The sources as they are now. */
export function digestSources(root: string): string {
  return digest(root, SOURCES, GENERATED)
}

/** Whether what was built last was built from these sources, and is whole. */
export function isBuilt(root: string, sources: string): boolean {
  const stamp = readStamp(join(root, STAMP))
  return stamp?.sources === sources && stamp.output === digest(root, OUTPUT)
}

/** Keeps that what is built now was built from these sources, as they were when the build began. */
export function stampBuild(root: string, sources: string): void {
  mkdirSync(dirname(join(root, STAMP)), { recursive: true })
  const stamp: Stamp = { sources, output: digest(root, OUTPUT) }
  writeFileSync(join(root, STAMP), JSON.stringify(stamp))
}

/** Forgets what was built. */
export function removeStamp(root: string): void {
  rmSync(join(root, STAMP), { force: true })
}

function readStamp(path: string): Partial<Stamp> | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Not there, or half-written: then it is built anew.
    return null
  }
}

/** Of names and contents, and of the Node that would read them. */
function digest(root: string, paths: readonly string[], without?: string): string {
  const hash = createHash('sha256').update(process.version)
  for (const path of paths.flatMap((one) => filesOf(root, one, without))) {
    const content = readFileSync(join(root, path))
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** In an order that is always the same. One that is not there has none. */
function filesOf(root: string, path: string, without?: string): string[] {
  if (path === without || !existsSync(join(root, path))) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesOf(root, `${path}/${name}`, without))
}
