/** What the client can do about an error: the value of `extensions.action`. */
export type Action = 'login' | 'refresh' | 'reauthenticate' | 'retry' | 'none'

/** The server refused an operation of the client. `code` and `action` are those of the first error. */
export class AuthClientError extends Error {
  override readonly name = 'AuthClientError'
  /** `extensions.code`: one of docs/errors.md, or the host application's own. Undefined when the response is no GraphQL. */
  readonly code: string | undefined
  readonly action: Action
  /** The HTTP status of the response. */
  readonly status: number

  constructor(message: string, refusal: Refusal & { readonly status: number }) {
    super(message)
    this.code = refusal.code
    this.action = refusal.action
    this.status = refusal.status
  }
}

export interface Refusal {
  readonly code: string | undefined
  readonly action: Action
}

interface GraphQLResponse {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message?: unknown; readonly extensions?: Record<string, unknown> }[]
}

/**
 * The code and action of a refusal's first error, and whether the request was refused before anything was executed. Null for
 * every other response. The body is read from a clone, so the caller can still read it.
 */
export async function readRefusal(response: Response): Promise<(Refusal & { ranNothing: boolean }) | null> {
  if (!isRefusal(response)) return null
  const text = await response.clone().text()
  const parsed = parse(isEventStream(response) ? firstEvent(text) : text)
  const refusal = refusalIn(parsed)
  // GraphQL over HTTP §6.4: a response without `data`, not even null, was not executed.
  return refusal && { ...refusal, ranNothing: parsed?.data === undefined }
}

/**
 * The `data` of one of the client's own operations.
 * @throws {AuthClientError} for a response with errors, or one that is no GraphQL.
 */
export async function readData(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const parsed = parse(await response.text())
  if (parsed?.data != null && parsed.errors === undefined) return parsed.data
  const [error] = parsed?.errors ?? []
  const message =
    typeof error?.message === 'string' ? error.message : `The server responded with ${response.status}.`
  const { code, action } = refusalIn(parsed) ?? { code: undefined, action: 'none' }
  throw new AuthClientError(message, { code, action, status: response.status })
}

/** Whether the refused token is over. A wrong password has the action `login` too, and ends nothing. */
export function isSessionOver({ action, code }: Refusal): boolean {
  return action === 'login' && code !== 'INVALID_CREDENTIALS'
}

function refusalIn(parsed: GraphQLResponse | null): Refusal | null {
  const { code, action } = parsed?.errors?.[0]?.extensions ?? {}
  if (typeof action !== 'string') return null
  return { code: typeof code === 'string' ? code : undefined, action: action as Action }
}

/** A 401, or a stream of events that was accepted to say what would be one: no other has a challenge. */
function isRefusal(response: Response): boolean {
  if (response.status === 401) return true
  return isEventStream(response) && response.headers.has('www-authenticate')
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

function firstEvent(text: string): string {
  return /^data: ?(.+)$/m.exec(text)?.[1] ?? ''
}

function parse(text: string): GraphQLResponse | null {
  try {
    return JSON.parse(text) as GraphQLResponse | null
  } catch {
    return null
  }
}
