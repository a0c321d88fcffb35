/** An error as the log shows it. Its other properties, such as a driver's parameters or a URL, are left out. */
export interface ErrorText {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorText
}

const MAX_CAUSES = 5
const SECRETS: readonly [RegExp, string][] = [
  // A compact JWS, anywhere.
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[token]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  // The password of a URL.
  [/(\w:\/\/[^\s:@/]*):[^\s@/]*@/g, '$1:[secret]@'],
  [/\$argon2\w*\$[^\s"']+/g, '[hash]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key]'],
  // By name, as in `password: "…"`, `"refreshToken":"…"` or `secret=…`.
  [
    /((?:password|secret|token|cookie)\w*"?\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;})&"']+)/gi,
    '$1[secret]',
  ],
]

/** Describes any thrown value, without secrets. */
export function describeError(error: unknown, depth = 0): ErrorText {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) }
  const { cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...(code === undefined ? {} : { code: withoutSecrets(code) }),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeError(cause, depth + 1) }),
  }
}

export function withoutSecrets(text: string): string {
  return SECRETS.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text)
}
