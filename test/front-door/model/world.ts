import { expect } from 'vitest'
import { SUCCESSOR_HEADER } from '../../../src/http/sliding.js'
import { createFaultyGround } from '../../support/faulty-store.js'
import { type GraphQLAnswer, startServer, type TestServer } from '../../support/server.js'
import { actions } from '../administration.js'
import type { Account, Limits, Model, Refusal, Token } from './model.js'

export const LIMITS: Limits = {
  ...{ accessSeconds: 900, refreshSeconds: 86_400, sessionSeconds: 7 * 86_400, windowSeconds: 30 },
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

  /** That the real token is the model's: as it was seen first, or, signed again, the same id and times. */
  expectToBe(token: Token, raw: unknown): void {
    if (!this.#raw.has(token)) this.#raw.set(token, String(raw))
    const { jti, exp, iat, fresh } = this.one.sallyport.tokens.peek(String(raw))?.unverifiedClaims ?? {}
    expect({ jti, life: Number(exp) - Number(iat), fresh }).toEqual({
      ...{ jti: this.idOf(token).jti, life: token.expiresAt - token.issuedAt, fresh: token.fresh },
    })
  }

  /** Asks with an access token, and expects of the answer what the model does: its code, and the token's successor. */
  async ask(server: TestServer, by: Token, document: string): Promise<GraphQLAnswer> {
    return server.ask(document, { token: this.rawOf(by) })
  }

  expectSuccessor(model: Model, by: Token, answer: GraphQLAnswer): void {
    const expected = model.slide(by)
    const header = answer.headers.get(SUCCESSOR_HEADER)
    if (expected === null) expect(header).toBeNull()
    else this.expectToBe(expected, header)
  }

  async expectJudged(server: TestServer, model: Model, token: Token): Promise<void> {
    const expected = model.judge(token)
    let answer: GraphQLAnswer | undefined
    const ask = async () => {
      answer = await server.ask('{ me { id } }', { token: this.rawOf(token) })
      return answer.code ?? null
    }
    // What another instance has done is heard of with the next poll.
    await expect.poll(ask, { timeout: 10_000, interval: 25 }).toBe(expected)
    if (answer !== undefined) this.expectSuccessor(model, token, answer)
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

  async restart(): Promise<void> {
    await this.servers[1]?.sallyport.close()
    this.servers[1] = await startInstance(this.one)
  }
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
