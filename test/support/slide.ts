import type { Ask, TestServer } from './server.js'

export const HEADER = 'x-access-token'
export const ME = '{ me { id } }'

/** What a token says, unverified. */
export function claimsOf({ sallyport }: TestServer, token: string): Readonly<Record<string, unknown>> {
  return sallyport.tokens.peek(token)?.unverifiedClaims ?? {}
}

/** The successor that an operation answers in the header; null: none. */
export async function slide(
  server: TestServer,
  token: string,
  query = ME,
  how: Ask = {},
): Promise<string | null> {
  return (await server.ask(query, { ...how, token })).headers.get(HEADER)
}

export async function mustSlide(server: TestServer, token: string): Promise<string> {
  const successor = await slide(server, token)
  if (successor === null) throw new Error('no successor was answered')
  return successor
}
