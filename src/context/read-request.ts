import { findNodeMessage, isObject, type RequestSource } from './read-header.js'

/** The HTTP method in upper case. Null when the source has none. */
export function readMethod(source: RequestSource): string | null {
  const method = readText(source, 'method')
  return method === null ? null : method.toUpperCase()
}

/** The query string without its question mark. Empty when there is none. */
export function readSearch(source: RequestSource): string {
  const [address = ''] = (readText(source, 'url') ?? '').split('#', 1)
  const start = address.indexOf('?')
  return start < 0 ? '' : address.slice(start + 1)
}

/** An own member of the parsed body. */
export function readBodyMember(source: RequestSource, key: string): unknown {
  for (const candidate of [source, source.req, source.request]) {
    const body = isObject(candidate) ? candidate.body : undefined
    if (isObject(body) && Object.hasOwn(body, key)) return body[key]
  }
  return undefined
}

function readText(source: RequestSource, name: 'method' | 'url'): string | null {
  for (const candidate of [findNodeMessage(source), source, source.request, source.req]) {
    const value = isObject(candidate) ? candidate[name] : undefined
    if (typeof value === 'string') return value
  }
  return null
}
