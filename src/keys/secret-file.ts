import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OptionError } from '../base/errors.js'
import { makePrivateFolder } from '../base/private-folder.js'
import { codeOf, writeNewFile } from './write-new-file.js'

/** Long enough for every HMAC algorithm. */
const SECRET_BYTES = 64
const SECRET_FORM = /^[A-Za-z0-9_-]{86}\n$/
const FILE_NAME = 'secret.key'

export interface StoredSecret {
  /** The text to give as `secret`: the file's content can move into an environment variable unchanged. */
  readonly secret: string
  readonly path: string
  /** Whether this call created the file. */
  readonly generated: boolean
}

/**
 * Reads the secret of the data folder. The first start creates it, with the folder (mode 0700).
 * @throws {OptionError} for `dataDir`, when the folder can't be used or other users can read the file.
 */
export function loadOrGenerateSecret(dataDir: string): StoredSecret {
  const path = join(dataDir, FILE_NAME)
  try {
    makePrivateFolder(dataDir)
  } catch (cause) {
    throw new OptionError('dataDir', `${dataDir} cannot be made (${codeOf(cause)})`, { cause })
  }
  const generated = readSecretFile(path) === null && generateSecret(path)
  const secret = readSecretFile(path)
  if (secret === null) throw new OptionError('dataDir', `${path} was removed while it was read`)
  return { secret, path, generated }
}

/** Writes a new secret to `path`. Returns false when the file exists, and leaves it unchanged. */
export function generateSecret(path: string): boolean {
  try {
    return writeNewFile(path, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`)
  } catch (cause) {
    throw new OptionError('dataDir', `${path} cannot be written (${codeOf(cause)})`, { cause })
  }
}

function readSecretFile(path: string): string | null {
  const text = readPrivately(path)
  if (text === null) return null
  if (!SECRET_FORM.test(text)) throw new OptionError('dataDir', `${path} is not a secret that Sallyport made`)
  return text.trimEnd()
}

function readPrivately(path: string): string | null {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY)
    const { mode } = fstatSync(file)
    // Refused instead of logged: every user who can read the file can sign tokens, and a warning is easily missed.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new OptionError('dataDir', `${path} can be read by others; run: chmod 600 ${path}`)
    }
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    if (codeOf(cause) === 'ENOENT') return null
    throw new OptionError('dataDir', `${path} cannot be read (${codeOf(cause)})`, { cause })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
