import { AuthError } from '../base/errors.js'
import { type HttpAnswer, toGraphQLError } from '../base/graphql-error.js'
import { withoutHttp } from './finish-result.js'
import type { Failure } from './public-error.js'
import type { RewordError } from './reword-errors.js'

/** A request that is not even a GraphQL request: answered before anything else is done. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  /** For 405: the methods that there are. */
  readonly allow: string | undefined
  /** How many attempts of its source it counts as. */
  readonly attempts: number

  constructor(
    status: 400 | 404 | 405 | 406 | 413 | 415,
    message: string,
    { allow, attempts = 0 }: { allow?: string; attempts?: number } = {},
  ) {
    super(message)
    this.status = status
    this.allow = allow
    this.attempts = attempts
  }
}

/** For a path that is none of ours. */
export function nothingHere(endpoint: string): HttpRefusal {
  return new HttpRefusal(404, `There is nothing here: GraphQL is at ${endpoint}.`)
}

export interface PlainAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array<ArrayBuffer>
  /** For the log: the error that it is about. */
  readonly error?: AnswerError | undefined
}

/** A code; for what failed unforeseen the id that the client was shown, for a token why it was refused. */
export interface AnswerError {
  readonly code: string
  readonly id?: string | undefined
  readonly reason?: string | undefined
  /** The status of a response that is this error alone, also where it is sent as an event of a stream with 200. */
  readonly status?: number | undefined
  /** What failed on our side. */
  readonly failures?: readonly Failure[] | undefined
}

/** Of several, the one that has an id: the first may be less than what went wrong. */
export function summarise(errors: readonly { readonly extensions: unknown }[]): AnswerError | undefined {
  const all = errors.map(({ extensions }) => extensions as Pick<Partial<AnswerError>, 'code' | 'id'>)
  const { code, id } = all.find(({ id }) => typeof id === 'string') ?? all[0] ?? {}
  return code === undefined ? undefined : { code, id }
}

/** A refusal in GraphQL's form, with the code `INVALID_REQUEST`. */
export function answerRefusal(refusal: HttpRefusal, reword: RewordError): PlainAnswer {
  const error = new AuthError('INVALID_REQUEST', { message: refusal.message })
  const { headers, body, error: summary } = answerError(error, reword)
  if (refusal.status !== 400) delete headers['WWW-Authenticate']
  if (refusal.allow !== undefined) headers.allow = refusal.allow
  // What was not read of the body is still under way, and must not be taken for the next request.
  if (refusal.status === 413) headers.connection = 'close'
  return { status: refusal.status, headers, body, error: summary }
}

/** An answer that is this error alone, with its code's status and challenge. */
export function answerError(error: AuthError, reword: RewordError): PlainAnswer {
  const shown = reword(toGraphQLError(error, { http: true }), {})
  const { status, headers } = shown.extensions.http as HttpAnswer
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify({ errors: [withoutHttp(shown)] }),
    error: summarise([shown]),
  }
}
