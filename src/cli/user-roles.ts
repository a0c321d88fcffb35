import type { Command } from 'commander'
import { answer } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'
import { nameUser, toJson } from './show-user.js'

export function userRolesCommand(process: Process): Command {
  const command = newCommand('roles', {
    description: 'Show the roles of an account, or replace them by those given.',
    example: 'sallyport user roles ada@example.com admin support',
    reads: STORE_VARIABLES,
    notes: `What the account's access tokens say is over within a second: clients refresh, and get the new roles.
The last administrator stays one.`,
  })
    .argument('<user>', 'an id, e-mail address or user name')
    .argument('[roles...]', 'all that it shall hold')
    .option('--none', 'take all of its roles')
  return withJson(command).action(
    async (who: string, roles: string[], { none, json }: { none?: true; json?: true }) => {
      if (none === true && roles.length > 0) command.error('error: --none and roles exclude each other')
      const { withStore } = await import('./with-store.js')
      const { administrationOf, OPERATOR, requireUser } = await import('./operate.js')
      const user = await withStore(process, async (opened) => {
        const found = await requireUser(opened.store, who)
        if (none !== true && roles.length === 0) return found
        return administrationOf(opened).setRoles(OPERATOR, { userId: found.id, roles })
      })
      const held = user.roles.length === 0 ? 'no roles' : user.roles.join(', ')
      await answer(process, { json, value: toJson(user), text: `${nameUser(user)}: ${held}` })
    },
  )
}
