import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestSources, isBuilt } from '../../scripts/build-stamp.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SRC = fileURLToPath(new URL('../../src/', import.meta.url))
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url))

/** These tests start what was built. Fails, before any of them, when that is not what stands in src. */
export function setup(): void {
  // By content: a file that was written again as it was is no newer.
  if (isBuilt(ROOT, digestSources(ROOT))) return
  const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  const stale = sources.find((path) => timeOf(SRC + path) > timeOf(DIST + path.replace(/\.ts$/, '.js')))
  if (stale !== undefined) {
    throw new Error(`dist is missing or older than src/${stale}: run \`npm run build\` (\`npm test\` does)`)
  }
}

/** When a file was written; 0: it is not there. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
