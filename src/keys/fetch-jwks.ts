/** What a key set's address answered. */
export interface FetchedJwks {
  /** As parsed; nothing of it is checked. */
  readonly value: unknown
  /** How long the answer may be kept, as it says itself; null: it does not say. */
  readonly maxAgeSeconds: number | null
}

export const MAX_JWKS_BYTES = 512 * 1024

/**
 * Reads JSON from this address, and from no other: a redirect is refused. Rejects with an `Error` that says why, and
 * holds nothing of the answer.
 */
export async function fetchJwks(url: URL, timeoutMs: number): Promise<FetchedJwks> {
  // The limit of time holds for the body too.
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

/** Counted as it comes, unpacked: neither a wrong length nor a compressed gigabyte gets past. */
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
    // No cause: it quotes what it could not parse.
    throw new Error('answered what is not JSON')
  }
}

/** RFC 9111 §5.2.2. What must not be kept, or not without asking again, is kept for no time. */
function readMaxAge(cacheControl: string): number | null {
  const directives = cacheControl.split(',').map((one) => one.trim().toLowerCase())
  if (directives.some((one) => /^no-(store|cache)\b/.test(one))) return 0
  const ages = directives.flatMap((one) => /^max-age="?(\d+)"?$/.exec(one)?.[1] ?? [])
  return ages.length === 0 ? null : Math.min(...ages.map(Number))
}
