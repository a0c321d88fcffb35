import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD } from './killed-server.js'

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer's data, read field by field
  readonly data: any
  readonly code: string | undefined
}

/** What the clients of one server share. */
export interface Lane {
  readonly url: string
  /** Whether the clients are to finish what they are doing. */
  isOver: boolean
  /** Everything that did not hold, in words. */
  readonly problems: string[]
  /** Requests by the code of their response; `ok` without one. */
  readonly counts: Map<string, number>
  /** Access tokens whose end was acknowledged. */
  readonly ended: string[]
  /** The longest time until a response, in milliseconds. */
  slowestMs: number
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

const PAIR = '{ accessToken refreshToken }'
/** With the pauses, longer than any hang. */
const MAX_TRIES = 300

/** Sends an operation once. A connection that breaks counts as `UNAVAILABLE`: the client knows as little. */
export async function send(lane: Lane, query: string, token?: string): Promise<Answer> {
  const began = performance.now()
  const answer = await post(lane.url, query, token).catch(() => ({ data: null, code: 'UNAVAILABLE' }))
  lane.slowestMs = Math.max(lane.slowestMs, performance.now() - began)
  const name = answer.code ?? 'ok'
  lane.counts.set(name, (lane.counts.get(name) ?? 0) + 1)
  return answer
}

async function post(url: string, query: string, token: string | undefined): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const { data, errors } = (await response.json()) as { data: unknown; errors?: { extensions: Answer }[] }
  return { data, code: errors?.[0]?.extensions.code }
}

/** Repeats a request while its response has the action `retry`, as a client does that follows the protocol. */
export async function settle(run: () => Promise<Answer>): Promise<Answer & { tries: number }> {
  for (let tries = 1; ; tries++) {
    const answer = await run()
    const isToRetry = answer.code === 'UNAVAILABLE' || answer.code === 'RATE_LIMITED'
    if (!isToRetry || tries === MAX_TRIES) return { ...answer, tries }
    await sleep(200 + Math.random() * 800)
  }
}

export const refresh = (lane: Lane, token: string) =>
  send(lane, `mutation { refresh(refreshToken: "${token}") { accessToken refreshToken user { roles } } }`)

/** `ok`, or the code with which the token is refused. */
export async function judge(lane: Lane, token: string): Promise<string> {
  return (await settle(() => send(lane, '{ me { id } }', token))).code ?? 'ok'
}

export function logIn(lane: Lane, name: string, password = PASSWORD): Promise<Answer> {
  const input = `{ username: "${name}", password: "${password}" }`
  return settle(() => send(lane, `mutation { login(input: ${input}) ${PAIR} }`))
}

/** Signs up, and logs in where the response to the sign-up was lost. Null: neither worked, which is a problem. */
export async function enter(lane: Lane, name: string): Promise<Tokens | null> {
  const input = `{ username: "${name}", password: "${PASSWORD}" }`
  const signup = await settle(() => send(lane, `mutation { signup(input: ${input}) ${PAIR} }`))
  if (signup.code === undefined) return signup.data.signup
  if (signup.code !== 'CONFLICT' || signup.tries === 1)
    return complain(lane, `${name}: signup: ${signup.code}`)
  const login = await logIn(lane, name)
  if (login.code === undefined) return login.data.login
  return complain(lane, `${name}: signed up by half: login: ${login.code}`)
}

export function complain(lane: Lane, problem: string): null {
  lane.problems.push(problem)
  return null
}

/** Between two requests of a client. */
export function pause(): Promise<void> {
  return sleep(20 + Math.random() * 100)
}
