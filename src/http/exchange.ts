import type { Yoga } from './graphql-server.js'
import type { PlainAnswer } from './http-refusal.js'
import type { Body, GraphQLBody } from './request-body.js'
import type { RequestHead, RequestView } from './request-view.js'

/** What a request is for. */
export interface Target {
  readonly path: string
  /** Before a host's router took the part from it that the handler is mounted at (Express); where none did, the path. */
  readonly fullPath: string
  readonly search: string
}

/** One request and its answer, by whichever way it came. */
export interface Exchange extends RequestHead {
  readonly view: RequestView
  /** The client went away. */
  readonly isAborted: boolean
  /** Throws an `HttpRefusal` with 400 where the request does not say what it is for. */
  target(): Target
  /** Reads at most `limit` bytes. Rejects with an `HttpRefusal`. */
  readBody(limit: number): Promise<Body>
  /** What the GraphQL context is made of; `tokens` are the members of the body that may hold one. */
  source(tokens?: GraphQLBody['tokens']): object
  /** Puts a header on the answer, whatever it will be; of the same name, the answer's own stands. */
  set(name: string, value: string): void
  /** Writes the answer. One that has begun already is cut off instead. */
  reply(answer: PlainAnswer): void
  /** Has Yoga write the answer, to whom `asked` was the request. */
  stream(yoga: Yoga, body: GraphQLBody): Promise<{ readonly status: number; readonly asked: object }>
}
