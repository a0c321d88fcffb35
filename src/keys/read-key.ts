import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { OptionError } from '../base/errors.js'

type PemOption = 'privateKey' | 'publicKey'

const MAX_PEM_BYTES = 64 * 1024
const BEGIN = '-----BEGIN '
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----/g

/**
 * Reads the HMAC secret.
 * @throws {OptionError} when it is a public or private key (algorithm confusion, RFC 8725 §2.1).
 */
export function readSecret(secret: string | Uint8Array): KeyObject {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new OptionError('secret', 'must be text or bytes')
  }
  const bytes = Buffer.from(secret)
  if (looksLikeKeyFile(bytes)) {
    throw new OptionError('secret', 'is a key file, not a secret; give it as privateKey or publicKey')
  }
  return createSecretKey(bytes)
}

/**
 * Reads a private key.
 * @throws {OptionError} for any other text. The message names a path, never the content.
 */
export function readPrivateKey(given: string | KeyObject): KeyObject {
  return readKey('privateKey', given, 'private')
}

/**
 * Reads a public key.
 * @throws {OptionError} for any other text. The message names a path, never the content.
 */
export function readPublicKey(given: string | KeyObject): KeyObject {
  return readKey('publicKey', given, 'public')
}

function readKey(option: PemOption, given: string | KeyObject, type: 'private' | 'public'): KeyObject {
  if (given instanceof KeyObject) {
    if (given.type !== type) throw new OptionError(option, `is a ${given.type} key, not a ${type} one`)
    return given
  }
  if (typeof given !== 'string') throw new OptionError(option, 'must be PEM, a path or a KeyObject')
  if (given.includes(BEGIN)) return parsePem({ option, pem: given, where: '', type })
  return parsePem({ option, pem: readPemFile(option, given), where: ` (${given})`, type })
}

function readPemFile(option: PemOption, path: string): string {
  // A value that is no path may be the key itself, so it is not printed.
  if (path.trim() === '') throw new OptionError(option, 'is empty')
  if (looksLikeBareKey(path)) throw new OptionError(option, 'is neither PEM nor the path of a file')
  try {
    const file = statSync(path)
    if (!file.isFile()) throw new OptionError(option, `${path} is not a file`)
    if (file.size > MAX_PEM_BYTES) throw new OptionError(option, `${path} is too large for a key`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    throw new OptionError(option, `${path} cannot be read (${errorCode(cause)})`, { cause })
  }
}

function parsePem(input: { option: PemOption; pem: string; where: string; type: 'private' | 'public' }) {
  const { option, where, type } = input
  // An environment variable often has `\n` as two characters in place of line ends.
  const pem = /[\r\n]/.test(input.pem.trim()) ? input.pem : input.pem.replaceAll('\\n', '\n')
  const problem = findPemProblem(pem, type)
  if (problem !== null) throw new OptionError(option, `${problem}${where}`)
  try {
    return type === 'private' ? createPrivateKey(pem) : createPublicKey(pem)
  } catch {
    // No cause: OpenSSL's errors don't help, and logging them could print the key.
    throw new OptionError(option, `is not a key that can be read${where}`)
  }
}

function findPemProblem(pem: string, type: 'private' | 'public'): string | null {
  const blocks = [...pem.matchAll(BLOCK)].map((match) => match[1] ?? '')
  const [label, ...more] = blocks.filter((block) => block !== 'EC PARAMETERS')
  if (label === undefined) return 'holds no PEM block'
  if (more.length > 0) return 'holds more than one PEM block'
  if (label === 'ENCRYPTED PRIVATE KEY' || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    return 'is encrypted; give the key without a passphrase'
  }
  if (label === 'CERTIFICATE') return 'is a certificate; give the public key that it holds'
  const expected = type === 'private' ? /^(RSA |EC )?PRIVATE KEY$/ : /^(RSA )?PUBLIC KEY$/
  if (expected.test(label)) return null
  if (/PRIVATE KEY$/.test(label) && type === 'public') return 'is a private key, not a public one'
  if (/PUBLIC KEY$/.test(label) && type === 'private') return 'is a public key, not a private one'
  return `holds a PEM block of an unknown kind, not a ${type} key`
}

/** Base64, base64 of PEM, JSON, or another long text that an operator may have put in place of a path. */
function looksLikeBareKey(text: string): boolean {
  return /[\r\n{]/.test(text) || text.length > 1024 || /^(M|LS0tLS)[A-Za-z0-9+/_=-]{39,}$/.test(text.trim())
}

function looksLikeKeyFile(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  if (text.includes(BEGIN) || /^\s*(ssh-|ecdsa-sha2-)/.test(text)) return true
  if (text.trimStart().startsWith('{') && text.includes('"kty"')) return true
  return isPublicDer(bytes) || isPublicDer(Buffer.from(text, 'base64'))
}

function isPublicDer(der: Buffer): boolean {
  // 0x30 begins every DER structure. Other secrets need no attempt.
  if (der[0] !== 0x30) return false
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      createPublicKey({ key: der, format: 'der', type })
      return true
    } catch {
      // Not this structure; try the next.
    }
  }
  return false
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
