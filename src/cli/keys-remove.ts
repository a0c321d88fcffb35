import { Command } from 'commander'
import { OptionError } from '../base/errors.js'
import { openKeys } from './open-keys.js'
import type { Process } from './process.js'

export function keysRemoveCommand({ env, stdout }: Process): Command {
  return new Command('remove')
    .description('In an emergency: remove a key that an attacker may have. Every token it signed is refused.')
    .argument('<kid>', 'its name, as `keys list` shows it')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Takes effect on every server when it reads the folder: within JWT_KEYS_RELOAD_INTERVAL, at once on SIGHUP. Who holds a
token of that key has to log in again. If no other key can sign, one is made first, and signs at once.`,
    )
    .action(async (kid: string, { json }: { json?: true }) => {
      const { store, rules } = openKeys(env)
      const removal = await store.remove(kid)
      if (removal === null)
        throw new OptionError('kid', 'there is no key of this name; see: sallyport keys list')
      const { removed, signing, isNew } = removal
      if (json) {
        const facts = { removed: removed.kid, signing: signing.kid, withinSeconds: rules.reloadSeconds }
        stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
        return
      }
      stdout.write(
        [
          `Removed ${removed.algorithm} key ${removed.kid} (${removed.file}).`,
          `  Within ${rules.reloadSeconds} s every server refuses the tokens that it signed: their bearers log in again.`,
          '  Who verifies by our published keys may take them until their copy is read again.',
          isNew
            ? `  Made ${signing.algorithm} key ${signing.kid} (${signing.file}), which signs at once.`
            : `  From now on ${signing.kid} signs.`,
          '',
        ].join('\n'),
      )
    })
}
