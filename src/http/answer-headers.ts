import type { ServerResponse } from 'node:http'

/** Every answer may depend on the bearer: none is a cache's to keep, or to be taken for something else. */
export function answerHeaders(
  tokenHeader: string,
  { dependOnOrigin = false }: { dependOnOrigin?: boolean } = {},
): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    vary: `${tokenHeader}, cookie${dependOnOrigin ? ', origin' : ''}`,
    'x-content-type-options': 'nosniff',
  }
}

const ANSWER_HEADERS: unique symbol = Symbol('answerHeaders')

/** Where headers for one answer are put while it is made. */
export interface AnswerHeaders {
  set(name: string, value: string): void
  append(name: string, value: string): void
}

/** A part of the context of a request that has no response of Node's. */
export function carryAnswerHeaders(headers: AnswerHeaders): object {
  return { [ANSWER_HEADERS]: headers }
}

/** Those of a request: Node's own response, or what `carryAnswerHeaders` gave. Null where a host has neither. */
export function findAnswerHeaders(context: object): AnswerHeaders | null {
  const { res, [ANSWER_HEADERS]: given } = context as {
    res?: Partial<ServerResponse> | null
    [ANSWER_HEADERS]?: AnswerHeaders
  }
  if (given !== undefined) return given
  if (typeof res?.appendHeader !== 'function' || res.headersSent === true) return null
  const response = res as ServerResponse
  return {
    set: (name, value) => void response.setHeader(name, value),
    append: (name, value) => void response.appendHeader(name, value),
  }
}
