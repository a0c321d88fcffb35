import { OptionError } from '../base/errors.js'
import type { KeyOptions } from '../base/key-options.js'
import type { Logger } from '../base/logger.js'
import type { ServerConfig } from '../base/options.js'
import { loadOrGenerateSecret } from './secret-file.js'

const MIN_DIFFERENT_BYTES = 10

/**
 * The key options, with the secret of the data folder where the host gave no key. Throws `OptionError` in production
 * without a key, and with a secret that is weak.
 */
export function withOwnSecret(
  options: KeyOptions,
  { production, dataDir }: Pick<ServerConfig, 'production' | 'dataDir'>,
  logger: Logger,
): KeyOptions {
  const hasKey = [options.secret, options.privateKey, options.publicKey].some((key) => key !== undefined)
  if (production && options.secret !== undefined) refuseWeak(options.secret)
  if (hasKey) return options
  if (production) {
    throw new OptionError('secret', 'is missing: in production give JWT_SECRET_KEY or a key pair')
  }
  const { secret, path, generated } = loadOrGenerateSecret(dataDir)
  if (generated) logger.info({ path }, 'made a secret for signing tokens')
  return { ...options, secret }
}

/** Long enough is not enough: a text of few different characters was typed, not drawn. */
function refuseWeak(secret: string | Uint8Array): void {
  if (new Set(Buffer.from(secret)).size >= MIN_DIFFERENT_BYTES) return
  throw new OptionError('secret', 'is weak: draw one at random, such as by `openssl rand -base64 48`')
}
