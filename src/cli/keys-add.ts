import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { OptionError } from '../base/errors.js'
import type { Algorithm } from '../base/key-options.js'
import { defaultAlgorithm } from '../keys/algorithms.js'
import { readPrivateKey, readPublicKey, readSecret } from '../keys/read-key.js'
import { activationOf } from '../keys/rotation.js'
import { codeOf } from '../keys/write-new-file.js'
import { showTime, showWait } from './describe-key.js'
import { openKeys } from './open-keys.js'
import type { Process } from './process.js'
import { readAlgorithm } from './read-algorithm.js'

interface Add {
  alg?: Algorithm
  import?: string
  now?: true
  json?: true
}

export function keysAddCommand({ env, stdout }: Process): Command {
  return new Command('add')
    .description('Add a key. The first of a folder signs at once, a later one when every server knows it.')
    .option(
      '--alg <algorithm>',
      'what it signs with (default: ES256, or what the imported key is for)',
      readAlgorithm,
    )
    .option('--import <file>', 'take the key of this file: PEM, or a secret; a public key verifies only')
    .option('--now', 'let it sign at once, also where a server has not read it yet and refuses its tokens')
    .option('--json', 'as JSON')
    .action(async ({ alg, import: path, now: atOnce, json }: Add) => {
      const { store, rules, now } = openKeys(env)
      const material = path === undefined ? null : importKey(path)
      const algorithm = alg ?? (material === null ? 'ES256' : defaultAlgorithm(material))
      if (algorithm === null)
        throw new OptionError('--import', `${path} is a key that serves no algorithm of ours`)
      const isFirst = await store.isEmpty()
      const activeFrom = atOnce || isFirst ? now : activationOf(now, rules)
      const key = await store.add({ algorithm, material, activeFrom, formerRetiredAt: null })
      if (json) {
        const { kid, file, signing } = key
        stdout.write(
          `${JSON.stringify({ kid, alg: algorithm, activeFrom: showTime(activeFrom), canSign: signing !== null, file }, null, 2)}\n`,
        )
        return
      }
      const signs =
        key.signing === null
          ? 'It verifies, and never signs.'
          : activeFrom <= now
            ? 'It signs from now on.'
            : `It signs from ${showTime(activeFrom)} on (${showWait(activeFrom - now)}), and verifies before.`
      stdout.write(`Added ${algorithm} key ${key.kid} (${key.file}). ${signs}\n`)
    })
}

/** @throws {OptionError} naming the file, never its content. */
function importKey(path: string): KeyObject {
  try {
    const text = readFileSync(path, 'utf8')
    if (!text.includes('-----BEGIN ')) return readSecret(text.replace(/\r?\n$/, ''))
    return text.includes('PRIVATE KEY-----') ? readPrivateKey(text) : readPublicKey(text)
  } catch (cause) {
    const why = cause instanceof OptionError ? cause.message : `cannot be read (${codeOf(cause)})`
    throw new OptionError('--import', `${path}: ${why}`, { cause })
  }
}
