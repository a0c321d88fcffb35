import { randomBytes } from 'node:crypto'
import { closeSync, constants, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file that must not be there yet, mode 0600. False when there is one already: that one is left alone, so that
 * of two processes that write at once one does. After a crash there is the whole file or none. Throws what the file
 * system says.
 */
export function writeNewFile(path: string, text: string): boolean {
  const folder = dirname(path)
  const draft = join(folder, `.${basename(path)}.${randomBytes(8).toString('hex')}`)
  try {
    writeDurably(draft, text)
    try {
      // A link never replaces what is there, as a rename would.
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

/** Makes what was linked or removed in a folder last. */
export function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32') return
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** What the file system calls an error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
