import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createAuthContext, createKey } from '../../../src/context/index.js'
import { forge, hmac } from '../../support/forge.js'
import { SECRET } from '../../support/server.js'
import { createTestClock } from '../../support/test-clock.js'
import { createTestLogger } from '../../support/test-logger.js'
import type { OptionRows } from './row.js'

interface Seen {
  readonly kind: string
  readonly user: unknown
  readonly roles: unknown
}

const clock = createTestClock()
const OTHER = `${SECRET}!`
const key = createKey({ secret: OTHER })
const logger = createTestLogger()
const revocation = { check: () => 'revoked' as const }

/** What a server of a host's own, whose context is `createAuthContext`, makes of a token. */
function present(changes: object, read: (seen: Seen) => unknown, base: object = {}, secret = SECRET) {
  return async (options: object) => {
    const usual = 'keys' in options ? {} : { secret: SECRET }
    const auth = createAuthContext({ clock, logger: false, ...usual, ...base, ...options })
    const server = createServer(async (request, response) => {
      const { identity, claims, user } = await auth(request)
      response.end(JSON.stringify({ kind: identity.kind, roles: claims?.roles ?? null, user: await user() }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const said = { sub: 'eve', exp: clock.seconds() + 60, ...changes }
    const token = forge({ alg: 'HS256' }, said, hmac('sha256', secret))
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return read(await response.json())
  }
}

const kind = ({ kind }: Seen) => kind
const broken = () => {
  throw new Error('the rights cannot be read')
}

/** The options that `createAuthContext` has beside those of the server. */
export const CONTEXT: OptionRows = {
  keys: {
    value: { find: () => key },
    observe: present({}, kind, {}, OTHER),
    usual: 'invalid',
    flipped: 'active',
  },
  loadUser: {
    value: ({ subject }: { subject: string }) => ({ name: subject }),
    observe: present({}, ({ user }) => user),
    usual: null,
    flipped: { name: 'eve' },
  },
  grants: {
    value: ({ groups }: { groups: unknown }) => ({ roles: groups }),
    observe: present({ groups: ['editor'] }, ({ roles }) => roles),
    usual: null,
    flipped: ['editor'],
  },
  revocation: { value: revocation, observe: present({}, kind), usual: 'active', flipped: 'revoked' },
  verifyType: {
    value: false,
    observe: present({ type: 'refresh' }, kind),
    usual: 'invalid',
    flipped: 'active',
  },
  skipRevocationCheck: {
    value: true,
    observe: present({}, kind, { revocation }),
    usual: 'revoked',
    flipped: 'active',
  },
  logger: {
    value: logger,
    observe: present({}, () => logger.text().includes('the rights cannot be read'), { grants: broken }),
    usual: false,
    flipped: true,
  },
  isRevoked: { value: () => true, observe: present({}, kind), usual: 'active', flipped: 'revoked' },
  verifyClaims: { value: () => false, observe: present({}, kind), usual: 'active', flipped: 'invalid' },
}
