import { randomBytes } from 'node:crypto'
import { closeSync, constants, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file that must not exist, with mode 0600. Returns false, and changes nothing, when it exists: so of two
 * concurrent writers one wins. A crash leaves the whole file or none.
 * @throws the file system's error.
 */
export function writeNewFile(path: string, text: string): boolean {
  const folder = dirname(path)
  const draft = join(folder, `.${basename(path)}.${randomBytes(8).toString('hex')}`)
  try {
    writeDurably(draft, text)
    try {
      // Unlike a rename, a link never replaces an existing file.
      linkSync(draft, path)
    } finally {
      unlinkSync(draft)
    }
    syncFolder(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the last link or removal in a folder durable. */
export function syncFolder(folder: string): void {
  // Windows can't open folders.
  if (process.platform === 'win32') return
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** The error code of a file system's error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
