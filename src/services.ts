import { type Authenticator, createAuthenticator, createProvePassword } from './accounts/authenticate.js'
import { createExternalAuthenticator } from './accounts/external.js'
import { createPasswords } from './accounts/passwords.js'
import { type PublicUser, toPublicUser } from './accounts/public-user.js'
import { createPrepareAccount } from './accounts/sign-up.js'
import { createRecordFailure } from './audit/record.js'
import { toSeconds } from './base/clock.js'
import { AuthError, OptionError } from './base/errors.js'
import { isFresh } from './base/freshness.js'
import type { Logger } from './base/logger.js'
import type { ServerConfig, TokenConfig, VerifyConfig } from './base/options.js'
import { createClaimsDeriver } from './context/derive-claims.js'
import type { Load } from './context/index.js'
import type { Services } from './graphql/services.js'
import type { Hooks } from './hooks.js'
import { canSign, type Keyring } from './keys/keyring.js'
import { createAccountTurns } from './limits/account-turns.js'
import { createAttempts } from './limits/attempts.js'
import { createDisguise } from './limits/disguise.js'
import { createHashQueue } from './limits/hash-queue.js'
import { createMemoryCounters } from './limits/memory-counters.js'
import { createCommit } from './revocation/commit.js'
import { createRevocationFeed, type RevocationFeed } from './revocation/feed.js'
import { createPruner } from './revocation/prune.js'
import { createAccountChanges } from './sessions/account-changes.js'
import { createUserAdministration } from './sessions/administer-users.js'
import { createTokenIssuing, type TokenIssuing } from './sessions/issue-tokens.js'
import { createJudgeToken } from './sessions/judge-token.js'
import { MAX_LISTED } from './sessions/limits.js'
import { createProveRecorded } from './sessions/prove-recorded.js'
import { createReauthenticate } from './sessions/reauthenticate.js'
import { createSessionRevocation } from './sessions/revoke-sessions.js'
import { createTokenRevocation } from './sessions/revoke-token.js'
import { createRotate, type Rotate } from './sessions/rotate.js'
import { createSessionSigner } from './sessions/sign.js'
import { createSliding } from './sessions/slide.js'
import { createSessionStarter } from './sessions/start.js'
import { createSessionWatch } from './sessions/watch-sessions.js'
import type { AlignedClock } from './store/aligned-clock.js'
import type { SessionRecord, Store } from './store/contract.js'
import { createWriteWatch } from './store/write-watch.js'
import { aheadSecondsOf } from './tokens/clock-skew.js'
import { createHostChecks } from './tokens/host-checks.js'
import { createIssuer, type Issuer } from './tokens/issue.js'
import { peekUnverified, type UnverifiedToken } from './tokens/peek.js'
import { createVerifier, type ExpectedType, type Verdict } from './tokens/verify.js'

/** Tokens for a host's own code. */
export interface HostTokens extends TokenIssuing {
  /** What the server would make of a token: data, never an exception. Asks the revocations and the host's checks too. */
  verify(
    raw: string,
    expected?: ExpectedType,
  ): Promise<Verdict | { kind: 'revoked' | 'superseded' | 'rejected' }>
  /** What a token says of itself, unverified. Null: it is none. */
  peek(raw: string): UnverifiedToken | null
}

/** Sessions for a host's own code. */
export interface HostSessions {
  /** A user's live sessions, newest first: at most 100. */
  list(userId: string): Promise<SessionRecord[]>
  /** Ends all that a user has, on every instance within a second. How many sessions. */
  revokeAll(userId: string): Promise<number>
}

/** What all of it is made of. */
export interface ServiceParts {
  readonly store: Store
  readonly keyring: Keyring
  readonly alignedClock: AlignedClock
  readonly logger: Logger
  readonly verifyConfig: VerifyConfig
  readonly tokenConfig: TokenConfig
  readonly server: ServerConfig
  readonly hooks: Hooks
}

/** Wires the rooms together. */
export function createServices(parts: ServiceParts) {
  const { keyring, alignedClock, logger, verifyConfig, tokenConfig, server, hooks } = parts
  const { store, ...writeWatch } = createWriteWatch(parts)
  const { clock } = alignedClock
  const { subjectOf } = hooks
  const canIssue = canSign(keyring)
  const verifier = createVerifier({ keyring, config: verifyConfig, clock, issuesTokens: canIssue })
  if (!canIssue) logger.warn({}, 'without a private key tokens are verified, and none is issued')
  const issuer = canIssue ? createIssuer({ keyring, config: { ...tokenConfig, ...verifyConfig } }) : NO_ISSUER
  const signer = createSessionSigner({ issuer, claims: hooks.claims, headers: hooks.headers })

  const leewaySeconds = verifyConfig.leewaySeconds
  const feed = createRevocationFeed({ store, clock, logger, stale: tokenConfig.stale, leewaySeconds })
  const pruner = createPruner({
    store,
    clock,
    logger,
    leewaySeconds,
    auditRetentionSeconds: server.auditRetentionSeconds,
  })
  const commit = createCommit({ store, feed, takeTurn: createAccountTurns() })
  const revocation: RevocationFeed | undefined = tokenConfig.checks === 'all' ? feed : undefined

  const createQueue = () =>
    createHashQueue({ maxConcurrent: server.maxConcurrentHashes, maxQueued: server.maxQueuedHashes })
  const local = createMemoryCounters()
  const attempts = createAttempts({
    config: server,
    // A SQLite file has one instance; several share what they count.
    counters: store.provider === 'postgresql' ? store : local,
    known: store,
    local,
    clock,
    disguise: createDisguise(keyring.signingKey()?.key),
    createQueue,
  })
  const passwords = createPasswords(createQueue())
  const recordFailure = createRecordFailure(store)
  const provePassword = createProvePassword({ passwords, attempts })
  const proveRecorded = createProveRecorded({ provePassword, recordFailure })
  const authenticator: Authenticator =
    hooks.authenticate === undefined
      ? createAuthenticator({ store, passwords, provePassword, attempts })
      : createExternalAuthenticator({ store, attempts, authenticate: hooks.authenticate, subjectOf })

  const { checks } = tokenConfig
  const checkByHost = createHostChecks({
    isRevoked: hooks.isRevoked,
    verifyClaims: hooks.verifyClaims,
    revocable: (type) => checks === 'all' || checks === type,
    logger,
  })
  const starter = createSessionStarter({
    store,
    commit,
    recordFailure,
    config: tokenConfig,
    signer,
    authenticator,
  })
  const sessionWatch = createSessionWatch({ store, logger })
  const sessionRevocation = createSessionRevocation({ store, commit, feed, lives: tokenConfig })
  const judgeToken = createJudgeToken({
    verifier,
    feed,
    store,
    config: tokenConfig,
    checkByHost,
    deriveClaims: createClaimsDeriver({ config: verifyConfig, clock, grants: hooks.grants }),
  })
  const services: Services = {
    store,
    verifier,
    judgeToken,
    attempts,
    checkByHost,
    starter,
    sessionRevocation,
    sessionWatch,
    prepareAccount: createPrepareAccount({ store, passwords }),
    rotate: canIssue ? createRotate({ store, commit, config: tokenConfig, signer }) : refuseRotation,
    reauthenticate: createReauthenticate({
      store,
      commit,
      config: tokenConfig,
      signer,
      provePassword: proveRecorded,
    }),
    accountChanges: createAccountChanges({
      store,
      commit,
      starter,
      signer,
      passwords,
      provePassword: proveRecorded,
      lives: tokenConfig,
    }),
    tokenRevocation: createTokenRevocation({ store, commit }),
    userAdministration: createUserAdministration({ store, commit, lives: tokenConfig }),
    isFresh: ({ fresh, auth_time: authTime }) =>
      isFresh({ fresh, authTime }, null, {
        nowSeconds: toSeconds(clock.now()),
        freshForSeconds: verifyConfig.freshForSeconds,
        leewaySeconds: aheadSecondsOf(verifyConfig),
      }),
  }

  const tokens: HostTokens = {
    ...createTokenIssuing({
      store,
      commit,
      issuer,
      signer,
      subjectOf,
      config: { ...verifyConfig, ...tokenConfig },
    }),
    async verify(raw, expected = 'access') {
      const judged = await judgeToken(raw, expected)
      if (!('token' in judged)) return judged
      if (judged.kind === 'unknown') return judged.token
      return { kind: judged.kind === 'rotated' || judged.kind === 'reused' ? 'revoked' : judged.kind }
    },
    peek: peekUnverified,
  }

  const sessions: HostSessions = {
    list: async (userId) => store.listLiveSessions({ userId, now: await store.now(), limit: MAX_LISTED }),
    revokeAll: (userId) => sessionRevocation.endAll(userId),
  }

  return {
    services,
    revocation,
    sliding: canIssue ? createSliding({ store, commit, clock, config: tokenConfig, signer }) : null,
    tokens,
    sessions,
    loadUser: hooks.loadUser ?? loadAccount(store),
    isWritable: writeWatch.isWritable,
    async start() {
      await alignedClock.start()
      await feed.start()
      await writeWatch.start()
      pruner.start()
    },
    async stop() {
      writeWatch.stop()
      await Promise.all([alignedClock.stop(), feed.stop(), pruner.stop(), sessionWatch.stop()])
    },
  }
}

/** With a public key only: the fields that issue are off, and a host's own code is told. */
const NO_ISSUER: Issuer = {
  keyFor: () => undefined,
  issue() {
    throw new OptionError('privateKey', 'is missing, and without it no token can be issued')
  },
}

/** Before anything is exchanged: sessions are those of the server that has the private key. */
const refuseRotation: Rotate = async () => {
  throw new AuthError('SESSION_ENDED')
}

function loadAccount(store: Store): Load<PublicUser> {
  return async ({ subject }) => {
    const user = await store.findUser(subject)
    return user === null || user.deletedAt !== null ? null : toPublicUser(user)
  }
}
