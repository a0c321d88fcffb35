import { HttpRefusal } from './http-refusal.js'

/** The forms of an answer, and the ranges that take one in. */
const OFFERED: ReadonlySet<string> = new Set([
  '*/*',
  'application/*',
  'application/json',
  'application/graphql-response+json',
  'text/*',
  'text/event-stream',
  'multipart/*',
  'multipart/mixed',
])

/** Refuses, before anything runs, a request whose answer could not be written: Yoga would find that out afterwards. */
export function requireAcceptable(accept: string | null | undefined): void {
  if (!accept || OFFERED.has(accept) || accept.toLowerCase().split(',').some(isOffered)) return
  throw new HttpRefusal(406, 'Answers are application/graphql-response+json or application/json, in UTF-8.')
}

function isOffered(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  return OFFERED.has(type) && !parameters.some((one) => one.startsWith('charset=') && one !== 'charset=utf-8')
}
