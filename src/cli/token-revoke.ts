import type { Command } from 'commander'
import { answer, printable } from './answer.js'
import { KEY_VARIABLES, newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'
import type { NamedToken } from './tokens.js'

interface TokenRevoke {
  foreign?: true
  json?: true
}

export function tokenRevokeCommand(process: Process): Command {
  const command = newCommand('revoke', {
    description: 'Revoke one token: every running server refuses it within a second.',
    example:
      'sallyport token revoke 0d9f6a3e-6a3c-4f0e-9d0c-2f8f1a1f7a55\necho "$TOKEN" | sallyport token revoke',
    reads: [...STORE_VARIABLES, ...KEY_VARIABLES, 'JWT_ACCESS_TOKEN_EXPIRES', 'JWT_REFRESH_TOKEN_EXPIRES'],
    notes:
      'By its jti, or the token itself on standard input: never as an argument, which others see. One that was issued\n' +
      'elsewhere under the same keys is revoked by itself, or with --foreign by its jti, which nothing tells from a slip;\n' +
      'that is kept for as long as a token lives by the variables.',
  })
    .argument('[jti]', 'the jti; absent or -: the token is read from standard input')
    .option('--foreign', 'also a jti that is not known here')
  return withJson(command).action(async (argument: string | undefined, { foreign, json }: TokenRevoke) => {
    const { refuseTokenArgument } = await import('./read-token.js')
    refuseTokenArgument(argument)
    const named = await nameToken(process, argument, foreign === true)
    const { withStore } = await import('./with-store.js')
    const { revokeToken } = await import('./tokens.js')
    const token = await withStore(process, (opened) => revokeToken(opened, named))
    const { jti, type, userId, revokedAt, revokedReason } = token
    await answer(process, {
      json,
      value: { jti, type, userId, revokedAt, revokedReason },
      text: `Revoked: ${type ?? 'foreign'} token ${printable(jti)}${userId === null ? '' : ` of user ${printable(userId)}`}.`,
    })
  })
}

async function nameToken(
  at: Process,
  argument: string | undefined,
  mayBeForeign: boolean,
): Promise<NamedToken> {
  if (argument === undefined || argument === '-') return readGenuine(at)
  if (!mayBeForeign) return { jti: argument, foreign: null }
  const { lastExpiry } = await import('./tokens.js')
  return { jti: argument, foreign: { type: null, userId: null, expiresAt: lastExpiry(at) } }
}

/** For a genuine token, which may have expired. */
async function readGenuine(at: Process): Promise<NamedToken> {
  const { optionsFromEnv } = await import('../base/options-from-env.js')
  const { AuthError } = await import('../base/errors.js')
  const { readToken } = await import('./read-token.js')
  const { verify } = await import('./tokens.js')
  const verdict = await verify(optionsFromEnv(at.env), await readToken(at))
  if (verdict.kind === 'unavailable') throw new AuthError('UNAVAILABLE', { cause: verdict.cause })
  if (verdict.kind === 'invalid') {
    throw new AuthError('TOKEN_INVALID', { message: `The token is not valid: ${verdict.reason}.` })
  }
  const { type, subject: userId, claims } = verdict
  if (claims.jti === undefined) {
    throw new AuthError('CONFLICT', { message: 'The token has no jti, by which it could be revoked.' })
  }
  const expiresAt = claims.exp === undefined ? null : new Date(Math.ceil(claims.exp * 1000))
  return { jti: claims.jti, foreign: { type, userId, expiresAt } }
}
