import type { UserRecord } from '../store/contract.js'
import { printable } from './answer.js'

/** An account as `--json` shows it, without its password hash. */
export function toJson({ id, username, email, roles, createdAt, disabledAt, deletedAt }: UserRecord) {
  return { id, username, email, roles, createdAt, disabledAt, deletedAt }
}

/** An account in half a sentence. */
export function nameUser({ id, username, email }: UserRecord): string {
  const names = [username, email].filter((name) => name !== null).map(printable)
  return names.length === 0 ? `user ${printable(id)}` : `user ${printable(id)} (${names.join(', ')})`
}

export function stateOf({ disabledAt, deletedAt }: UserRecord): 'enabled' | 'disabled' | 'deleted' {
  if (deletedAt !== null) return 'deleted'
  return disabledAt === null ? 'enabled' : 'disabled'
}
