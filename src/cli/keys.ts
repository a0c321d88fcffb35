import { Command } from 'commander'
import { keysAddCommand } from './keys-add.js'
import { keysListCommand } from './keys-list.js'
import { keysRemoveCommand } from './keys-remove.js'
import { keysRotateCommand } from './keys-rotate.js'
import type { Process } from './process.js'

export function keysCommand(process: Process): Command {
  return new Command('keys')
    .description('Manage the keys of JWT_KEYS_DIR, while servers use them.')
    .addHelpText(
      'after',
      `
The servers read the folder every JWT_KEYS_RELOAD_INTERVAL and on SIGHUP. Run this as the user that they run as, with the
variables that they have: from the lives of tokens follows how long a key is still needed.`,
    )
    .addCommand(keysListCommand(process))
    .addCommand(keysAddCommand(process))
    .addCommand(keysRotateCommand(process))
    .addCommand(keysRemoveCommand(process))
}
