import { expect } from 'vitest'
import { SUCCESSOR_HEADER } from '../../../src/http/sliding.js'
import { actions } from '../../support/administration.js'
import { createFaultyGround } from '../../support/faulty-store.js'
import { type GraphQLAnswer, startServer, type TestServer } from '../../support/server.js'
import type { Account, Limits, Model, Refusal, Token } from './model.js'

/** So near each other that a few steps reach every one of them. */
export const LIMITS: Limits = {
  ...{ accessSeconds: 900, refreshSeconds: 1_800, sessionSeconds: 2_700, windowSeconds: 30 },
}

/** What a token is refused for once it is over: which, depends on what the instance that is asked has heard of already. */
const OVER: readonly Refusal[] = ['TOKEN_REVOKED', 'SESSION_ENDED', 'USER_NOT_FOUND', 'TOKEN_EXPIRED']

/** The real thing: two instances on one database, and the tokens that belong to those of the model. */
export class World {
  readonly servers: TestServer[]
  readonly #raw = new Map<Token, string>()
  readonly ids = new Map<Account, string>()
  #admin: { name: string; token: string; until: number } | undefined

  constructor(servers: TestServer[]) {
    this.servers = servers
  }

  get one(): TestServer {
    return this.servers[0] as TestServer
  }

  at(index: number): TestServer {
    return this.servers[index % this.servers.length] as TestServer
  }

  rawOf(token: Token): string {
    return this.#raw.get(token) ?? ''
  }

  idOf(token: Token): { jti: string; sid: string } {
    const { jti, sid } = this.one.sallyport.tokens.peek(this.rawOf(token))?.unverifiedClaims ?? {}
    return { jti: String(jti), sid: String(sid) }
  }

  /** That the real token is the model's: as it was seen first, or, signed again, the same id; and the times of the model. */
  expectToBe(token: Token, raw: unknown): void {
    if (!this.#raw.has(token)) this.#raw.set(token, String(raw))
    const claims = this.one.sallyport.tokens.peek(String(raw))?.unverifiedClaims ?? {}
    const { jti, fresh } = claims
    const [exp, iat, provedAt] = [claims.exp, claims.iat, claims.auth_time].map(Number)
    expect({ jti, life: Number(exp) - Number(iat), fresh }).toEqual({
      ...{ jti: this.idOf(token).jti, life: token.expiresAt - token.issuedAt, fresh: token.fresh },
    })
    if (token.type === 'access') expect(Number(iat) - Number(provedAt)).toBe(token.issuedAt - token.provedAt)
  }

  /** Asks with an access token, and expects of the answer what the model does: its code, and the token's successor. */
  async ask(server: TestServer, by: Token, document: string): Promise<GraphQLAnswer> {
    return server.ask(document, { token: this.rawOf(by) })
  }

  expectSuccessor(model: Model, by: Token, answer: GraphQLAnswer): void {
    // Refused before anything ran.
    const expected = answer.code === 'FRESH_REQUIRED' ? null : model.slide(by)
    const header = answer.headers.get(SUCCESSOR_HEADER)
    if (expected === null) expect(header).toBeNull()
    else this.expectToBe(expected, header)
  }

  async expectJudged(server: TestServer, model: Model, token: Token): Promise<void> {
    const ask = () => this.ask(server, token, '{ me { id } }')
    this.expectSuccessor(model, token, await askUntil(ask, ({ code }) => code ?? null, model.judge(token)))
  }

  /** That the sessions that are shown to a live token are those that the model has. */
  async expectSessions(server: TestServer, model: Model, by: Token): Promise<void> {
    const expected = model.listFor(by).map((session) => this.idOf(session.refresh).sid)
    const idsIn = ({ data }: GraphQLAnswer) => data?.sessions.map(({ id }: { id: string }) => id).sort()
    const ask = () => this.ask(server, by, '{ sessions { id } }')
    this.expectSuccessor(model, by, await askUntil(ask, idsIn, expected.sort()))
  }

  async admin(): Promise<{ token: string; act: ReturnType<typeof actions> }> {
    const now = this.one.clock.seconds()
    if (this.#admin === undefined || this.#admin.until <= now) {
      const login =
        this.#admin === undefined ? await this.one.signUpAdmin() : await this.one.logIn(this.#admin.name)
      this.#admin = { name: login.username, token: login.accessToken, until: now + 900 }
    }
    return { token: this.#admin.token, act: actions(this.one) }
  }

  async restart(): Promise<TestServer> {
    await this.servers[1]?.sallyport.close()
    const server = await startInstance(this.one)
    this.servers[1] = server
    return server
  }
}

/** What another instance has done is heard of with the next poll. */
async function askUntil<T>(
  ask: () => Promise<GraphQLAnswer>,
  read: (answer: GraphQLAnswer) => T,
  expected: T,
): Promise<GraphQLAnswer> {
  let answer: GraphQLAnswer | undefined
  const look = async () => {
    answer = await ask()
    return read(answer)
  }
  await expect.poll(look, { timeout: 10_000, interval: 25 }).toEqual(expected)
  if (answer === undefined) throw new Error('nothing was answered')
  return answer
}

/** Another instance on the database of the first, which nothing is pruned from. */
export function startInstance(first?: TestServer): Promise<TestServer> {
  const shared = first === undefined ? {} : { databaseUrl: first.databaseUrl, clock: first.clock }
  return startServer({
    ...{ ...shared, ground: createFaultyGround(), sliding: true },
    ...{ accessTokenExpires: LIMITS.accessSeconds, refreshTokenExpires: LIMITS.refreshSeconds },
    ...{ sessionMaxAge: LIMITS.sessionSeconds, refreshReuseWindow: LIMITS.windowSeconds },
  })
}

/** What an instance may say instead that has not heard of the end yet: it looks at freshness and password first. */
const BEFORE_IT_HEARS = ['FRESH_REQUIRED', 'INVALID_CREDENTIALS']

/** `got` is the code that was answered. An instance that has not heard yet refuses for another reason, but refuses. */
export function expectRefusal(got: string | undefined, expected: Refusal): void {
  const isOver = OVER.includes(expected) && [...OVER, ...BEFORE_IT_HEARS].includes(got ?? null)
  if (!isOver) expect(got ?? null).toBe(expected)
}
