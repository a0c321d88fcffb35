import type { Command } from 'commander'
import { answer } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

interface UserAdd {
  username?: string
  email?: string
  role?: string[]
  admin?: true
  json?: true
}

export function userAddCommand(process: Process): Command {
  const command = newCommand('add', {
    description: 'Make an account. The password is asked for, or is the first line of standard input.',
    example: 'sallyport user add --admin --email ada@example.com',
    reads: STORE_VARIABLES,
  })
    .option('--username <name>', 'its user name')
    .option('--email <address>', 'its e-mail address')
    .option('--role <role>', 'a role that it holds; may be repeated', collect)
    .option('--admin', 'the same as --role admin')
  return withJson(command).action(async ({ username, email, role = [], admin, json }: UserAdd) => {
    const { addUser } = await import('./add-user.js')
    const roles = admin === undefined ? role : [...role, 'admin']
    const user = await addUser(process, { username, email, roles })
    const { toJson } = await import('./show-user.js')
    const held = user.roles.length > 0 ? ` (${user.roles.join(', ')})` : ''
    await answer(process, { json, value: toJson(user), text: `Made user ${user.id}${held}.` })
  })
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
