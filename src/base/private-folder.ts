import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that is not there, and those above it: for us alone (0700). Throws what the file system says.
 *
 * Not by `recursive`: where a folder is there and takes none (`/proc`), Node tries for ever.
 */
export function makePrivateFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makePrivateFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error
  }
}
