import type { Clock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import type { KeyFolderOptions, KeyOptions, RemoteKeyOptions } from '../base/key-options.js'
import type { Logger } from '../base/logger.js'
import type { ServerConfig, VerifyConfig } from '../base/options.js'
import { resolveKeyFolder } from '../base/resolve-options.js'
import { openFolderKeyring } from './folder-keyring.js'
import { createFunctionKeyring, type KeyFunctions } from './key-functions.js'
import { createKeyring, type Keyring } from './keyring.js'
import { withOwnSecret } from './own-secret.js'
import { createRemoteKeyring } from './remote-jwks.js'

const SINGLE = ['secret', 'privateKey', 'publicKey', 'algorithm', 'decodeAlgorithms'] as const

export type KeyringOptions = KeyOptions &
  KeyFolderOptions &
  RemoteKeyOptions & { readonly keys?: KeyFunctions }

/** A server's keyring, and how to reload it. */
export interface OpenKeyring {
  readonly keyring: Keyring
  /** Never rejects. */
  reload(): Promise<void>
  stop(): Promise<void>
}

/**
 * Opens the keyring that the options name: a folder, another issuer's key set, a secret or a key pair; by default the
 * secret in the data folder.
 * @throws {OptionError} naming the option: also when the options name two of these and, in production, when the secret
 * is missing or weak.
 */
export async function openKeyring(
  options: KeyringOptions,
  parts: { server: ServerConfig; verifyConfig: VerifyConfig; clock: Clock; logger: Logger },
): Promise<OpenKeyring> {
  const { server, verifyConfig: config, clock, logger } = parts
  if (options.keys !== undefined) {
    refuseBeside('keys', options, ['keysDir', 'jwksUrl', ...SINGLE])
    return { keyring: createFunctionKeyring(options.keys), reload: async () => {}, stop: async () => {} }
  }
  const { keysDir: folder, reloadSeconds } = resolveKeyFolder(options)
  if (folder !== null) {
    refuseBeside('keysDir', options, ['jwksUrl', ...SINGLE])
    const keyring = await openFolderKeyring({ folder, reloadSeconds, clock, logger })
    return { keyring, reload: keyring.reload, stop: keyring.stop }
  }
  const keyring =
    options.jwksUrl === undefined
      ? createKeyring(withOwnSecret(options, server, logger))
      : createRemoteKeyring(options, { config, clock, logger })
  return { keyring, reload: async () => {}, stop: async () => {} }
}

function refuseBeside(
  taken: string,
  options: KeyringOptions,
  others: readonly (keyof KeyringOptions)[],
): void {
  const other = others.find((name) => options[name] !== undefined)
  if (other !== undefined) throw new OptionError(other, `does not go with ${taken}`)
}
