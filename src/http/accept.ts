import { HttpRefusal } from './http-refusal.js'

/** How an answer can be written: at once, as one of two media types, or as a stream alone. */
export interface AnswerForm {
  /** Null: the client takes nothing but a stream. */
  readonly mediaType: 'application/json' | 'application/graphql-response+json' | null
  readonly mayStream: boolean
}

const JSON_RANGES: ReadonlyMap<string, NonNullable<AnswerForm['mediaType']>> = new Map([
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
])
const STREAM_RANGES: ReadonlySet<string> = new Set([
  '*/*',
  'text/*',
  'text/event-stream',
  'multipart/*',
  'multipart/mixed',
])
const ANYTHING: AnswerForm = { mediaType: 'application/json', mayStream: true }

/**
 * The form of an answer that this `Accept` takes; of the two media types the one that it names first. Throws an
 * `HttpRefusal` (406) where it takes none: to find that out afterwards would be too late, something has run.
 */
export function chooseForm(accept: string | null | undefined): AnswerForm {
  if (!accept || accept === '*/*') return ANYTHING
  const ranges = accept.toLowerCase().split(',').filter(isUtf8).map(withoutParameters)
  const first = ranges.find((range) => JSON_RANGES.has(range))
  const mediaType = first === undefined ? null : (JSON_RANGES.get(first) ?? null)
  const mayStream = ranges.some((range) => STREAM_RANGES.has(range))
  if (mediaType !== null || mayStream) return { mediaType, mayStream }
  throw new HttpRefusal(406, 'Answers are application/graphql-response+json or application/json, in UTF-8.')
}

function withoutParameters(range: string): string {
  const end = range.indexOf(';')
  return (end < 0 ? range : range.slice(0, end)).trim()
}

function isUtf8(range: string): boolean {
  const parameters = range.split(';').slice(1)
  return parameters.every((one) => !one.trim().startsWith('charset=') || one.trim() === 'charset=utf-8')
}
