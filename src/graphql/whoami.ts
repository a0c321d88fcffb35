import type { Identity } from '../base/identity.js'
import type { Resolver, Services } from './services.js'

interface Whoami {
  state: Uppercase<Identity['kind']>
  subject: string | null
  expiresAt: Date | null
  fresh: boolean
  code: string | null
}

export function whoamiResolvers({ isFresh }: Services) {
  const whoami: Resolver = (_parent, _args, { identity, claims }): Whoami => ({
    state: identity.kind.toUpperCase() as Whoami['state'],
    subject: subjectOf(identity),
    expiresAt: expiryOf(identity, claims?.exp),
    fresh: claims !== null && isFresh(claims),
    code: identity.kind === 'active' ? null : identity.code,
  })
  const claims: Resolver = (_parent, _args, context) => context.claims
  return { Query: { whoami, claims } }
}

function subjectOf(identity: Identity): string | null {
  if (identity.kind === 'active') return identity.subject
  return 'formerSubject' in identity ? identity.formerSubject : null
}

function expiryOf(identity: Identity, active: number | undefined): Date | null {
  const seconds = 'formerSubject' in identity ? identity.expiresAtSeconds : active
  return seconds == null ? null : new Date(seconds * 1000)
}
