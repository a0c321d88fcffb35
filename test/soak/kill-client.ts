import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD } from './killed-server.js'

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer's data, read field by field
  readonly data: any
  readonly code: string | undefined
}

/** Somebody who uses the server all the time, and remembers what they were told. */
export interface Client {
  /** Asks until nobody answers any more. */
  use(url: string): Promise<void>
  /** What does not hold of all that was answered before the server was killed; it may be asked again what was not. */
  check(url: string): Promise<string[]>
  readonly answered: () => number
}

export function createClient(name: string): Client {
  let answered = 0
  let refreshToken: string | null = null
  let accessToken = ''
  let isSignedUp = false
  /** Tokens that were answered to be revoked, since the last check. */
  let revoked: string[] = []

  async function ask(url: string, query: string, token?: string, tries = 20): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
    const { data, errors } = (await response.json()) as { data: unknown; errors?: { extensions: Answer }[] }
    const code = errors?.[0]?.extensions.code
    // A machine that is busy beyond bearing answers so, and asks to be asked again; one that stays so is broken.
    if (code === 'UNAVAILABLE' && tries > 1) {
      await sleep(250)
      return ask(url, query, token, tries - 1)
    }
    answered++
    return { data, code }
  }

  const refresh = (url: string, token: string) =>
    ask(url, `mutation { refresh(refreshToken: "${token}") { accessToken refreshToken } }`)

  async function enter(url: string): Promise<void> {
    const mutation = isSignedUp ? 'login' : 'signup'
    const input = `{ username: "${name}", password: "${PASSWORD}" }`
    const { data, code } = await ask(
      url,
      `mutation { ${mutation}(input: ${input}) { accessToken refreshToken } }`,
    )
    isSignedUp = true
    // Signed up, and the answer was lost.
    if (code === 'CONFLICT') return
    if (code !== undefined) throw new Error(`${mutation}: ${code}`)
    ;({ accessToken, refreshToken } = data[mutation])
  }

  async function step(url: string): Promise<void> {
    if (refreshToken === null) return enter(url)
    const chance = Math.random()
    if (chance < 0.7) {
      const { data, code } = await refresh(url, refreshToken)
      if (code !== undefined) throw new Error(`refresh: ${code}`)
      ;({ accessToken, refreshToken } = data.refresh)
    } else if (chance < 0.8) {
      const proof = await ask(
        url,
        `mutation { reauthenticate(password: "${PASSWORD}") { accessToken } }`,
        accessToken,
      )
      if (proof.code !== undefined) throw new Error(`reauthenticate: ${proof.code}`)
    } else if (chance < 0.95) {
      const gone = accessToken
      const next = await refresh(url, refreshToken)
      if (next.code !== undefined) throw new Error(`refresh: ${next.code}`)
      ;({ accessToken, refreshToken } = next.data.refresh)
      const jti = JSON.parse(Buffer.from(gone.split('.')[1] ?? '', 'base64url').toString()).jti
      const { code } = await ask(url, `mutation { revoke(jti: "${jti}") { jti } }`, accessToken)
      if (code !== undefined) throw new Error(`revoke: ${code}`)
      revoked.push(gone)
    } else {
      const token = accessToken
      // Whether it is done or not nobody knows, unless it is answered.
      refreshToken = null
      const { code } = await ask(url, 'mutation { logout { ended } }', token)
      if (code !== undefined) throw new Error(`logout: ${code}`)
      revoked.push(token)
    }
  }

  return {
    answered: () => answered,
    async use(url) {
      for (;;) {
        try {
          await step(url)
        } catch (error) {
          if (error instanceof TypeError || (error as Error).name === 'SyntaxError') return
          throw error
        }
      }
    },
    async check(url) {
      const problems: string[] = []
      if (refreshToken !== null) {
        const { data, code } = await refresh(url, refreshToken)
        if (code === undefined) ({ accessToken, refreshToken } = data.refresh)
        else problems.push(`${name}: the last refresh token that was answered is ${code}`)
        const me = await ask(url, '{ me { id } }', accessToken)
        if (me.code !== undefined) problems.push(`${name}: the access token is ${me.code}`)
      }
      for (const token of revoked) {
        const { code } = await ask(url, '{ me { id } }', token)
        if (code !== 'TOKEN_REVOKED') problems.push(`${name}: what was revoked is ${code ?? 'ok'}`)
      }
      revoked = []
      return problems
    },
  }
}
