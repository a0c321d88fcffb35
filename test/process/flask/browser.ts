import { parseSetCookie, type SetCookie } from 'cookie'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared, field by field, with what is expected
  readonly body: any
}

/** What a request brings beside its body. */
export interface Brought {
  readonly headers?: Readonly<Record<string, string>>
  /** The readable cookie whose value goes along in `X-CSRF-TOKEN`; null: none does. */
  readonly csrf?: string | null
}

/** One browser for both services: to it they are one host, as cookies do not know ports. */
export interface Browser {
  post(url: string, body: object, brought?: Brought): Promise<Answer>
  /** The names and paths of the cookies that it has now. */
  readonly kept: () => string[]
}

/** Keeps cookies by name and path, and sends those whose path the address is in. */
export function openBrowser(): Browser {
  const cookies = new Map<string, SetCookie>()

  function keep(cookie: SetCookie): void {
    const { name, path = '/', maxAge, expires } = cookie
    const isOver = (maxAge !== undefined && maxAge <= 0) || (expires !== undefined && expires <= new Date())
    if (isOver) cookies.delete(`${name} ${path}`)
    else cookies.set(`${name} ${path}`, cookie)
  }

  function find(name: string): string | undefined {
    return [...cookies.values()].find((cookie) => cookie.name === name)?.value
  }

  return {
    kept: () => [...cookies.keys()].sort(),
    async post(url, body, { headers = {}, csrf = 'csrf_access_token' } = {}) {
      const { pathname } = new URL(url)
      const sent = [...cookies.values()].filter(({ path = '/' }) => pathname.startsWith(path))
      const proof = csrf === null ? undefined : find(csrf)
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; '),
          ...(proof === undefined ? {} : { 'x-csrf-token': proof }),
          ...headers,
        },
        body: JSON.stringify(body),
      })
      for (const line of response.headers.getSetCookie()) keep(parseSetCookie(line))
      return { status: response.status, body: await response.json() }
    },
  }
}
