import { systemClock } from '../base/clock.js'
import { OptionError } from '../base/errors.js'
import { optionsFromEnv } from '../base/options-from-env.js'
import { resolveKeyFolder, resolveTokens, resolveVerify } from '../base/resolve-options.js'
import { createKeyStore, type KeyStore } from '../keys/key-store.js'
import type { RotationRules } from '../keys/rotation.js'
import type { Process } from './process.js'

/** The inputs of a command for keys. */
export interface OpenKeys {
  readonly store: KeyStore
  readonly folder: string
  readonly rules: RotationRules
  /** Milliseconds since 1970. */
  readonly now: number
}

/** @throws {OptionError} without a folder. */
export function openKeys(env: Process['env']): OpenKeys {
  const options = optionsFromEnv(env)
  const { keysDir: folder, reloadSeconds } = resolveKeyFolder(options)
  if (folder === null) throw new OptionError('keysDir', 'is missing: it names the folder of the keys')
  const { accessTtlSeconds, refreshTtlSeconds } = resolveTokens(options)
  const isEndless = accessTtlSeconds === null || refreshTtlSeconds === null
  const rules = {
    reloadSeconds,
    longestTokenSeconds: isEndless ? null : Math.max(accessTtlSeconds, refreshTtlSeconds),
    leewaySeconds: resolveVerify(options).leewaySeconds,
  }
  return { store: createKeyStore({ folder, clock: systemClock }), folder, rules, now: systemClock.now() }
}
