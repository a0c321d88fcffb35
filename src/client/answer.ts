/** What `extensions.action` says a client can do about a refusal. */
export type Action = 'login' | 'refresh' | 'reauthenticate' | 'retry' | 'none'

/** Why the server refused, with the code and the action of its first error. */
export class AuthClientError extends Error {
  override readonly name = 'AuthClientError'
  /** `extensions.code`: one of docs/errors.md, or a code of the host's. Undefined: what answered is no GraphQL server. */
  readonly code: string | undefined
  readonly action: Action
  /** Of the answer. */
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

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message?: unknown; readonly extensions?: Record<string, unknown> }[]
}

/** What the first error of a refused request says; the answer can still be read by whoever asked. Null: nothing. */
export async function readRefusal(response: Response): Promise<(Refusal & { ranNothing: boolean }) | null> {
  if (response.status !== 401) return null
  const text = await response.clone().text()
  const answer = parse(isEvents(response) ? firstEvent(text) : text)
  const refusal = refusalIn(answer)
  // GraphQL over HTTP, and our server: what was not executed has no `data`, not even null.
  return refusal && { ...refusal, ranNothing: answer?.data === undefined }
}

/** The data of our own operations. Throws `AuthClientError`. */
export async function readData(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const answer = parse(await response.text())
  if (answer?.data != null && answer.errors === undefined) return answer.data
  const [error] = answer?.errors ?? []
  const message =
    typeof error?.message === 'string' ? error.message : `The server answered ${response.status}.`
  const { code, action } = refusalIn(answer) ?? { code: undefined, action: 'none' }
  throw new AuthClientError(message, { code, action, status: response.status })
}

function refusalIn(answer: Answer | null): Refusal | null {
  const { code, action } = answer?.errors?.[0]?.extensions ?? {}
  if (typeof action !== 'string') return null
  return { code: typeof code === 'string' ? code : undefined, action: action as Action }
}

function isEvents({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

function firstEvent(text: string): string {
  return /^data: ?(.+)$/m.exec(text)?.[1] ?? ''
}

function parse(text: string): Answer | null {
  try {
    return JSON.parse(text) as Answer | null
  } catch {
    return null
  }
}
