import { createHmac, type KeyObject, randomBytes } from 'node:crypto'

const LABEL = 'sallyport: names that attempts are counted by'

/**
 * Makes keys of names, so that what people typed (it may be a password, in the wrong field) is kept nowhere. Under the key
 * that signs, which every instance has and the database has not; without one, nobody logs in.
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
