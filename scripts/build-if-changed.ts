/**
 * Builds, unless what is built is of the sources as they are: before whatever stands on it. Of `npm start` it took most
 * of the time, and CI built the same four times.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { digestSources, isBuilt, removeStamp, stampBuild } from './build-stamp.js'

const root = fileURLToPath(new URL('../', import.meta.url))
// Before it is built: what changes meanwhile is built the next time.
const sources = digestSources(root)
if (!isBuilt(root, sources)) {
  removeStamp(root)
  const { status } = spawnSync('npm run --silent build', { cwd: root, shell: true, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  stampBuild(root, sources)
}
