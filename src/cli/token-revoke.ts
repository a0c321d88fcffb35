import type { Command } from 'commander'
import { answer } from './answer.js'
import { KEY_VARIABLES, newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

export function tokenRevokeCommand(process: Process): Command {
  const command = newCommand('revoke', {
    description: 'Revoke one token: every running server refuses it within a second.',
    example:
      'sallyport token revoke 0d9f6a3e-6a3c-4f0e-9d0c-2f8f1a1f7a55\necho "$TOKEN" | sallyport token revoke',
    reads: [...STORE_VARIABLES, ...KEY_VARIABLES],
    notes: 'By its jti, or the token itself on standard input: never as an argument, which others see.',
  }).argument('[jti]', 'the jti; absent or -: the token is read from standard input')
  return withJson(command).action(async (argument: string | undefined, { json }: { json?: true }) => {
    const { refuseTokenArgument } = await import('./read-token.js')
    refuseTokenArgument(argument)
    const jti = argument === undefined || argument === '-' ? await readJti(process) : argument
    const { withStore } = await import('./with-store.js')
    const { OPERATOR } = await import('./operate.js')
    const { revocationOf } = await import('./tokens.js')
    const token = await withStore(process, (opened) => revocationOf(opened).revoke(OPERATOR, jti))
    const { type, userId, revokedAt, revokedReason } = token
    await answer(process, {
      json,
      value: { jti, type, userId, revokedAt, revokedReason },
      text: `Revoked: ${type} token ${jti} of user ${userId}.`,
    })
  })
}

/** Of a token that is genuine, though it may have expired. */
async function readJti(at: Process): Promise<string> {
  const { optionsFromEnv } = await import('../base/options-from-env.js')
  const { AuthError } = await import('../base/errors.js')
  const { readToken } = await import('./read-token.js')
  const { verify } = await import('./tokens.js')
  const verdict = await verify(optionsFromEnv(at.env), await readToken(at))
  if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
  if (verdict.kind === 'invalid') throw new AuthError('TOKEN_INVALID')
  if (verdict.claims.jti !== undefined) return verdict.claims.jti
  throw new AuthError('CONFLICT', { message: 'The token has no jti, by which it could be revoked.' })
}
