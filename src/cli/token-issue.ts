import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../base/duration.js'
import { AuthError } from '../base/errors.js'
import { answer } from './answer.js'
import { KEY_VARIABLES, newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

interface TokenIssue {
  user: string
  expires?: string
  fresh?: true
  claims?: Record<string, unknown>
  json?: true
}

export function tokenIssueCommand(process: Process): Command {
  const command = newCommand('issue', {
    description: 'Print an access token for an account, with its roles, and nothing else.',
    example: 'TOKEN=$(sallyport token issue --user ada@example.com --expires 10m)',
    reads: [...STORE_VARIABLES, ...KEY_VARIABLES, 'JWT_ACCESS_TOKEN_EXPIRES', 'JWT_ENCODE_ISSUER'],
    notes: 'It belongs to no session, and is listed and revoked like every other.',
  })
    .requiredOption('--user <user>', 'whom it names: an id, e-mail address or user name')
    .option('--expires <duration>', 'how long it lives, such as 10m', readDuration)
    .option('--fresh', 'as if the password had just been given')
    .option('--claims <json>', 'further claims, a JSON object', readClaims)
  return withJson(command).action(async ({ user: who, expires, fresh, claims, json }: TokenIssue) => {
    const { withStore } = await import('./with-store.js')
    const { requireUser } = await import('./operate.js')
    const { issueAccess } = await import('./tokens.js')
    const { token, user } = await withStore(process, async (opened) => {
      const user = await requireUser(opened.store, who)
      const issued = issueAccess(opened, {
        subject: user.id,
        roles: user.roles,
        fresh: fresh === true,
        expiresIn: expires,
        claims,
      })
      return { user, token: await issued.catch(refuseClaim) }
    })
    await answer(process, { json, value: { token, userId: user.id }, text: token })
  })
}

/** A claim that Sallyport sets itself is a usage error. */
function refuseClaim(error: unknown): never {
  if (!(error instanceof TypeError)) throw error
  throw new AuthError('BAD_USER_INPUT', { message: error.message, cause: error })
}

function readDuration(text: string): string {
  if (parseDuration(text) !== null) return text
  throw new InvalidArgumentError('It needs a duration: seconds, or such as 90s, 15m, 12h, 30d.')
}

function readClaims(text: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(text)
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  } catch {
    // Text that is no JSON is no object either.
  }
  throw new InvalidArgumentError('It needs a JSON object.')
}
