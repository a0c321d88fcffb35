import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OptionError } from '../base/errors.js'
import { makePrivateFolder } from '../base/private-folder.js'
import { codeOf, writeNewFile } from './write-new-file.js'

/** Serves every HMAC algorithm. */
const SECRET_BYTES = 64
const SECRET_FORM = /^[A-Za-z0-9_-]{86}\n$/
const FILE_NAME = 'secret.key'

export interface StoredSecret {
  /** As it may be given to `secret`: the text itself, so that the file's content can move into a variable. */
  readonly secret: string
  readonly path: string
  /** Whether this call made it. */
  readonly generated: boolean
}

/**
 * The secret kept in the data folder; made at the first start, with the folder (0700). Throws `OptionError` for
 * `dataDir` when the folder cannot be used, and when others can read the file.
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

/** Writes a new secret to `path`. False when there is a file already, which is left alone. */
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
    // Refused, not warned of: whoever has read it can sign as anybody, and a warning scrolls by.
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
