import type { Command } from 'commander'
import { answer, printable } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

interface UserAdd {
  id?: string
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
    .option(
      '--id <id>',
      'the id that it had elsewhere, and that tokens from there name; by default a new one',
    )
  return withJson(command).action(async ({ id, username, email, role = [], admin, json }: UserAdd) => {
    const { addUser } = await import('./add-user.js')
    const roles = admin === undefined ? role : [...role, 'admin']
    const user = await addUser(process, { id, username, email, roles })
    const { toJson } = await import('./show-user.js')
    const held = user.roles.length > 0 ? ` (${user.roles.join(', ')})` : ''
    await answer(process, { json, value: toJson(user), text: `Made user ${printable(user.id)}${held}.` })
  })
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
