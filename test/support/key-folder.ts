import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A keys folder with these files, which goes when the test is over. */
export async function makeKeyFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  return folder
}

/**
 * Puts files there as Kubernetes does with a Secret: into a folder of their own, to which `..data` leads; the files' names
 * are links through it. Called again, all are replaced by the one renaming of `..data`.
 */
export async function mountSecret(folder: string, files: Record<string, string>): Promise<void> {
  const former = await readlink(join(folder, '..data')).catch(() => null)
  const next = basename(await mkdtemp(join(folder, '..2026_')))
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, next, name), text, { mode: 0o440 })
  }
  await symlink(next, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  const links = (await readdir(folder)).filter((name) => !name.startsWith('..'))
  for (const name of Object.keys(files)) {
    if (!links.includes(name)) await symlink(join('..data', name), join(folder, name))
  }
  for (const name of links) if (files[name] === undefined) await rm(join(folder, name))
  if (former !== null) await rm(join(folder, former), { recursive: true })
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
