import type { Command } from 'commander'
import { answer } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'
import { nameUser, stateOf, toJson } from './show-user.js'

export function userDisableCommand(process: Process): Command {
  return setDisabledCommand(process, {
    name: 'disable',
    disabled: true,
    description: 'End all sessions of an account within a second, and refuse logins to it.',
  })
}

export function userEnableCommand(process: Process): Command {
  return setDisabledCommand(process, {
    name: 'enable',
    disabled: false,
    description: 'Let an account that was disabled log in again.',
  })
}

function setDisabledCommand(
  process: Process,
  { name, disabled, description }: { name: string; disabled: boolean; description: string },
): Command {
  const command = newCommand(name, {
    description,
    example: `sallyport user ${name} ada@example.com`,
    reads: STORE_VARIABLES,
    notes: disabled ? 'The last administrator stays enabled.' : undefined,
  }).argument('<user>', 'an id, e-mail address or user name')
  return withJson(command).action(async (who: string, { json }: { json?: true }) => {
    const { withStore } = await import('./with-store.js')
    const { administrationOf, OPERATOR, requireUser } = await import('./operate.js')
    const user = await withStore(process, async (opened) => {
      const { id: userId } = await requireUser(opened.store, who)
      return administrationOf(opened).setDisabled(OPERATOR, { userId, disabled })
    })
    await answer(process, { json, value: toJson(user), text: `${nameUser(user)}: ${stateOf(user)}` })
  })
}
