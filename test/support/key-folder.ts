import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A keys folder with these files, which goes when the test is over. */
export async function makeKeyFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  return folder
}

/** What a file of it holds: by default active since 2020. */
export function keyFile(members: object): string {
  return JSON.stringify({ activeFrom: '2020-01-01T00:00:00Z', ...members })
}

/** A public RSA key with which anybody's padded hash verifies. */
export function rsaWithExponentOne(): object {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), e: 'AQ' }
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' })
}
