import type { Command } from 'commander'
import type { Verdict } from '../tokens/verify.js'
import { answer } from './answer.js'
import { KEY_VARIABLES, newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'

/** The findings about a token. Claims are under `unverifiedClaims` when the signature is not verified. */
interface Inspection {
  readonly state: Verdict['kind'] | 'revoked' | 'superseded'
  readonly verified: boolean
  readonly reason?: string
  readonly subject?: string
  readonly type?: string
  readonly header?: unknown
  readonly claims?: unknown
  readonly unverifiedHeader?: unknown
  readonly unverifiedClaims?: unknown
}

export function tokenInspectCommand(process: Process): Command {
  const command = newCommand('inspect', {
    description: 'Say what the server would make of a token, and what it says. Exit code 0: it is valid.',
    example: 'echo "$TOKEN" | sallyport token inspect',
    reads: [...STORE_VARIABLES, ...KEY_VARIABLES, 'JWT_DECODE_ISSUER', 'JWT_DECODE_AUDIENCE'],
    notes:
      'The token is asked for, or is the first line of standard input: never an argument, which others see.',
  })
    .argument('[-]', 'standard input')
    .option('--offline', 'do not ask the database whether it was revoked')
  return withJson(command).action(
    async (argument: string | undefined, { offline, json }: { offline?: true; json?: true }) => {
      const { readToken, refuseTokenArgument } = await import('./read-token.js')
      refuseTokenArgument(argument)
      const inspection = await inspect(process, await readToken(process), offline === true)
      await answer(process, { json, value: inspection, text: describe(inspection) })
      if (inspection.state !== 'valid') process.refuse?.()
    },
  )
}

async function inspect(at: Process, raw: string, isOffline: boolean): Promise<Inspection> {
  const { optionsFromEnv } = await import('../base/options-from-env.js')
  const { findEnd, verify } = await import('./tokens.js')
  const verdict = await verify(optionsFromEnv(at.env), raw)
  if (verdict.kind === 'unavailable') return { state: 'unavailable', verified: false }
  if (verdict.kind === 'invalid') {
    const { peekUnverified } = await import('../tokens/peek.js')
    return { state: 'invalid', verified: false, reason: verdict.reason, ...peekUnverified(raw) }
  }
  const { kind, subject, type, header, claims } = verdict
  const known = { verified: true, subject, type, header, claims }
  if (kind === 'expired' || isOffline) return { state: kind, ...known }
  const { withStore } = await import('./with-store.js')
  const end = await withStore(at, (opened) => findEnd(opened, verdict))
  return { state: end ?? 'valid', ...known }
}

function describe({ state, verified, reason, header, claims, ...rest }: Inspection): string {
  const why = reason === undefined ? '' : `: ${reason}`
  if (verified) {
    return [`${state}, verified`, `header ${show(header)}`, `claims ${show(claims)}`].join('\n')
  }
  const first = `${state}${why}`
  if (rest.unverifiedClaims === undefined) return first
  return [
    first,
    'NOT VERIFIED, anybody can have written this:',
    `header ${show(rest.unverifiedHeader)}`,
    `claims ${show(rest.unverifiedClaims)}`,
  ].join('\n')
}

/** JSON escapes control characters, except for those above U+007F. */
function show(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /(?!\n)\p{C}/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
