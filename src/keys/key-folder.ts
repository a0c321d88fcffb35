import { constants } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OptionError } from '../base/errors.js'
import { parseStoredKey, type StoredKey } from './stored-key.js'
import { codeOf } from './write-new-file.js'

export const MAX_KEY_FILES = 100
/** An RSA key of 8,192 bits takes less than 7,000. */
const MAX_FILE_BYTES = 16 * 1024
const ATTEMPTS = 3
const IS_WINDOWS = process.platform === 'win32'
// A link could lead anywhere; a pipe would wait for a writer.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** What one reading found. */
export interface KeyFolder {
  readonly keys: readonly StoredKey[]
  /** The same as long as the files' names and contents are. */
  readonly content: string
}

/**
 * Reads the files `*.json` of a folder; all others are passed over. Rejects with an `OptionError` that names the folder
 * or the one file that is wrong: half-written, too large, a link, readable for others, no key, a weak key, or one whose
 * `kid` another file has. The set counts as a whole or not at all.
 */
export async function readKeyFolder(folder: string): Promise<KeyFolder> {
  for (let attempt = 1; ; attempt++) {
    const names = await listKeyFiles(folder)
    const texts = await Promise.all(names.map((name) => readKeyFile(join(folder, name))))
    const gone = texts.indexOf(null)
    // Removed while it was read: what the folder holds now is asked again.
    if (gone >= 0 && attempt < ATTEMPTS) continue
    if (gone >= 0)
      throw new OptionError('keysDir', `${join(folder, names[gone] ?? '')} was removed while it was read`)
    const keys = names.map((name, index) => requireKey(folder, name, texts[index] ?? ''))
    refuseSharedNames(folder, keys)
    return { keys, content: JSON.stringify(names.map((name, index) => [name, texts[index]])) }
  }
}

/** The names of the folder's key files, in order. Rejects with an `OptionError` where the folder cannot be used. */
export async function listKeyFiles(folder: string): Promise<readonly string[]> {
  try {
    const { mode } = await stat(folder)
    if (!IS_WINDOWS && (mode & 0o022) !== 0) {
      throw new OptionError('keysDir', `${folder} can be written by others; run: chmod 700 ${folder}`)
    }
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    if (names.length > MAX_KEY_FILES) {
      throw new OptionError('keysDir', `${folder} has ${names.length} keys, more than ${MAX_KEY_FILES}`)
    }
    return names.sort()
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    throw new OptionError('keysDir', `${folder} cannot be read (${codeOf(cause)})`, { cause })
  }
}

/** Null: it is not there any more. */
async function readKeyFile(path: string): Promise<string | null> {
  let file: FileHandle | undefined
  try {
    file = await open(path, OPEN_FLAGS)
    const status = await file.stat()
    if (!status.isFile()) throw new OptionError('keysDir', `${path} is not a file`)
    // Refused, not warned of: whoever has read it can sign as anybody, and a warning scrolls by.
    if (!IS_WINDOWS && (status.mode & 0o077) !== 0) {
      throw new OptionError('keysDir', `${path} is open to others; run: chmod 600 ${path}`)
    }
    return await readBounded(file, path)
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    if (codeOf(cause) === 'ENOENT') return null
    const why =
      codeOf(cause) === 'ELOOP' ? 'is a link; put the file itself there' : `cannot be read (${codeOf(cause)})`
    throw new OptionError('keysDir', `${path} ${why}`, { cause })
  } finally {
    await file?.close()
  }
}

/** Not by the size that it has: it may grow meanwhile. */
async function readBounded(file: FileHandle, path: string): Promise<string> {
  const buffer = Buffer.alloc(MAX_FILE_BYTES + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
    length += bytesRead
    if (length > MAX_FILE_BYTES) throw new OptionError('keysDir', `${path} is too large for a key`)
    if (bytesRead === 0) return buffer.toString('utf8', 0, length)
  }
}

function requireKey(folder: string, name: string, text: string): StoredKey {
  const key = parseStoredKey(name, text)
  if (typeof key === 'string') throw new OptionError('keysDir', `${join(folder, name)} ${key}`)
  return key
}

function refuseSharedNames(folder: string, keys: readonly StoredKey[]): void {
  const files = new Map<string, string>()
  for (const { kid, file } of keys) {
    const other = files.get(kid)
    if (other !== undefined) {
      throw new OptionError('keysDir', `${join(folder, file)} has the same kid as ${join(folder, other)}`)
    }
    files.set(kid, file)
  }
}
