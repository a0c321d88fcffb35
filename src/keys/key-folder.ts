import { constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { OptionError } from '../base/errors.js'
import { parseStoredKey, type StoredKey } from './stored-key.js'
import { codeOf } from './write-new-file.js'

export const MAX_KEY_FILES = 100
/** An RSA key of 8,192 bits takes less than 7,000. */
const MAX_FILE_BYTES = 16 * 1024
const ATTEMPTS = 3
const IS_WINDOWS = process.platform === 'win32'
// Links are followed before; a pipe would wait for a writer.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const WRITABLE_BY_OTHERS = 0o022
/** Others may add files, and neither replace nor remove what is not theirs. */
const STICKY = 0o1000
/** All that others may do, and for the group to write. */
const OPEN_TO_OTHERS = 0o027

/** What one reading found. */
export interface KeyFolder {
  readonly keys: readonly StoredKey[]
  /** The same as long as the files' names and contents are. */
  readonly content: string
}

/** The folder as it was listed. */
interface Listing {
  readonly names: readonly string[]
  /** Where it really is. */
  readonly realPath: string
  /** Whether others can put files there. */
  readonly isShared: boolean
  /** By user id; of a file that others could have put where it is, only theirs counts. */
  readonly owners: readonly number[]
}

interface ReadFile {
  /** Where it really is. */
  readonly realPath: string
  readonly text: string
}

/**
 * Reads the files `*.json` of a folder; all others are passed over. A link counts as the file that it leads to, within the
 * folder: so a Secret of Kubernetes can be mounted. Rejects with an `OptionError` that names the folder
 * or the one file that is wrong: half-written, too large, a link that leads out of the folder, readable for others, no key,
 * a weak key, or one whose `kid` another file has. The set counts as a whole or not at all.
 */
export async function readKeyFolder(folder: string): Promise<KeyFolder> {
  for (let attempt = 1; ; attempt++) {
    const listing = await listFolder(folder)
    const { names } = listing
    const files = await Promise.all(names.map((name) => readKeyFile(join(folder, name), listing)))
    const moved = await findMoved(folder, names, files)
    // Removed or replaced while it was read: what the folder holds now is asked again, so that a set is one.
    if (moved !== null && attempt < ATTEMPTS) continue
    if (moved !== null)
      throw new OptionError('keysDir', `${join(folder, moved)} is not there, or changed while it was read`)
    const texts = files.map((file) => file?.text ?? '')
    const keys = names.map((name, index) => requireKey(folder, name, texts[index] ?? ''))
    refuseSharedNames(folder, keys)
    return { keys, content: JSON.stringify(names.map((name, index) => [name, texts[index]])) }
  }
}

/** The names of the folder's key files, in order. Rejects with an `OptionError` where the folder cannot be used. */
export async function listKeyFiles(folder: string): Promise<readonly string[]> {
  return (await listFolder(folder)).names
}

async function listFolder(folder: string): Promise<Listing> {
  try {
    const { mode, uid } = await stat(folder)
    const isShared = !IS_WINDOWS && (mode & WRITABLE_BY_OTHERS) !== 0
    if (isShared && (mode & STICKY) === 0) {
      throw new OptionError('keysDir', `${folder} can be written by others; run: chmod 700 ${folder}`)
    }
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    if (names.length > MAX_KEY_FILES) {
      throw new OptionError('keysDir', `${folder} has ${names.length} keys, more than ${MAX_KEY_FILES}`)
    }
    const owners = [uid, process.getuid?.() ?? uid]
    return { names: names.sort(), realPath: await realpath(folder), isShared, owners }
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    throw new OptionError('keysDir', `${folder} ${problemOf(codeOf(cause))}`, { cause })
  }
}

function problemOf(code: string): string {
  if (code === 'ENOENT') return 'is not there; make it, with a first key, by: sallyport keys add'
  return code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`
}

/** The name of a file that is not there, or is another by now: Kubernetes replaces all of a Secret at once. */
async function findMoved(
  folder: string,
  names: readonly string[],
  files: readonly (ReadFile | null)[],
): Promise<string | null> {
  const realPaths = await Promise.all(names.map((name) => realpath(join(folder, name)).catch(() => null)))
  return names.find((_, index) => realPaths[index] !== files[index]?.realPath) ?? null
}

/** Null: it is not there any more. */
async function readKeyFile(path: string, listing: Listing): Promise<ReadFile | null> {
  const { realPath: root, isShared, owners } = listing
  let file: FileHandle | undefined
  try {
    const realPath = await realpath(path)
    if (!realPath.startsWith(`${root}${sep}`)) {
      throw new OptionError('keysDir', `${path} is a link that leads out of the folder`)
    }
    file = await open(realPath, OPEN_FLAGS)
    const status = await file.stat()
    if (!status.isFile()) throw new OptionError('keysDir', `${path} is not a file`)
    // Refused instead of logged: every user who can read the file can sign tokens, and a warning is easily missed.
    if (!IS_WINDOWS && (status.mode & OPEN_TO_OTHERS) !== 0) {
      throw new OptionError(
        'keysDir',
        `${path} is open to others; run: chmod 600 ${path} (for a Secret of Kubernetes: defaultMode: 0440)`,
      )
    }
    // Of the folders below, to which links lead, nothing is known.
    if ((isShared || dirname(realPath) !== root) && !owners.includes(status.uid)) {
      throw new OptionError('keysDir', `${path} belongs neither to the owner of ${dirname(path)} nor to us`)
    }
    return { realPath, text: await readBounded(file, path) }
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    if (codeOf(cause) === 'ENOENT') return null
    throw new OptionError('keysDir', `${path} cannot be read (${codeOf(cause)})`, { cause })
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
