import { OptionError } from '../base/errors.js'
import type { KeyOptions } from '../base/key-options.js'
import type { Logger } from '../base/logger.js'
import type { ServerConfig } from '../base/options.js'
import { loadOrGenerateSecret } from './secret-file.js'
import { isGuessableSecret } from './secret-strength.js'

const ADVICE = 'it is guessed like a password; draw one at random, such as by `openssl rand -base64 48`'

/**
 * Returns the key options, with the data folder's secret when the host gave no key. Outside production it logs a
 * warning for a secret that can be guessed.
 * @throws {OptionError} in production, without a key or with a secret that can be guessed.
 */
export function withOwnSecret(
  options: KeyOptions,
  { production, dataDir }: Pick<ServerConfig, 'production' | 'dataDir'>,
  logger: Logger,
): KeyOptions {
  const hasKey = [options.secret, options.privateKey, options.publicKey].some((key) => key !== undefined)
  if (options.secret !== undefined && isGuessableSecret(options.secret)) {
    if (production) throw new OptionError('secret', `is weak: ${ADVICE}`)
    logger.warn({}, `secret: is weak, and refused in production: ${ADVICE}`)
  }
  if (hasKey) return options
  if (production) {
    throw new OptionError('secret', 'is missing: in production give JWT_SECRET_KEY or a key pair')
  }
  const { secret, path, generated } = loadOrGenerateSecret(dataDir)
  if (generated) logger.info({ path }, 'made a secret for signing tokens')
  return { ...options, secret }
}
