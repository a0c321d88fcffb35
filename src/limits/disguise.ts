import { createHmac, type KeyObject, randomBytes } from 'node:crypto'

const LABEL = 'sallyport: names that attempts are counted by'

/**
 * Hashes names to keys, because a name may be a password typed in the wrong field. The hash uses the signing key, which
 * every instance has and the database has not. Without a signing key no user can log in.
 */
export function createDisguise(signingKey: KeyObject | undefined): (name: string) => string {
  const key = createHmac('sha256', signingKey === undefined ? randomBytes(32) : toBytes(signingKey))
    .update(LABEL)
    .digest()
  return (name) => createHmac('sha256', key).update(name).digest('base64url')
}

function toBytes(key: KeyObject): Buffer {
  return key.type === 'secret' ? key.export() : key.export({ type: 'pkcs8', format: 'der' })
}
