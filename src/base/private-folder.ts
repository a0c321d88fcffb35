import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates a folder and its missing parents with mode 0700. Not by Node's `recursive`, which never returns below a
 * folder that refuses entries (`/proc`).
 * @throws the file system's error.
 */
export function makePrivateFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makePrivateFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process created it meanwhile.
    if (!existsSync(folder)) throw error
  }
}
