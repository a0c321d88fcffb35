/** The response of a key set's endpoint. */
export interface FetchedJwks {
  /** The parsed JSON, not validated. */
  readonly value: unknown
  /** How long the response may be cached, by its `Cache-Control`. Null when it does not say. */
  readonly maxAgeSeconds: number | null
}

export const MAX_JWKS_BYTES = 512 * 1024

/**
 * Fetches JSON from this address. A redirect is refused, because the operator trusts this address alone.
 * @throws {Error} with the reason. It quotes nothing of the response.
 */
export async function fetchJwks(url: URL, timeoutMs: number): Promise<FetchedJwks> {
  // The timeout also covers the body.
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/jwk-set+json, application/json' },
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`answered with the status ${response.status}`)
  }
  const bytes = await readBody(response)
  return { value: parseJson(bytes), maxAgeSeconds: readMaxAge(response.headers.get('cache-control') ?? '') }
}

/**
 * Counts the decompressed bytes as they arrive, so that neither a wrong Content-Length nor a compressed gigabyte
 * passes.
 */
async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_JWKS_BYTES) throw new Error(`answered more than ${MAX_JWKS_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // No cause: the parser's message quotes the text.
    throw new Error('answered what is not JSON')
  }
}

/** RFC 9111 §5.2.2. `no-store` and `no-cache` count as an age of 0. */
function readMaxAge(cacheControl: string): number | null {
  const directives = cacheControl.split(',').map((one) => one.trim().toLowerCase())
  if (directives.some((one) => /^no-(store|cache)\b/.test(one))) return 0
  const ages = directives.flatMap((one) => /^max-age="?(\d+)"?$/.exec(one)?.[1] ?? [])
  return ages.length === 0 ? null : Math.min(...ages.map(Number))
}
