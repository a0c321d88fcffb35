/** What the server tells the page. */
interface Settings {
  /** The header that has the token, and the scheme before it; may be empty. */
  header: string
  scheme: string
  /** Which readable cookie proves, in which header, that this page sends the others. */
  csrf: { cookie: string; header: string }[]
  /** How the bar logs in. */
  delivery: 'BODY' | 'COOKIE'
  /** Which root fields of ours there are, as `Mutation.login`. */
  fields: string[]
  /** The password of the examples: no secret. */
  examplePassword: string
}

interface AnswerError {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string; action?: string; coordinate?: string }
}

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
  data?: any
  errors?: AnswerError[]
}

/** What a token says of itself. The page only shows it: the server alone judges. */
interface Claims {
  sub?: string
  sid?: string
  jti?: string
  iat?: number
  exp?: number
}

/** An answer to an operation, and what was asked. */
interface Exchange {
  answer: Answer
  isMutation: boolean
  sentRefreshToken: boolean
  /** The user ran it, and not the bar. */
  isFromEditor: boolean
  retryAfter: string | null
  /** What a sliding access token was answered with. */
  successor: string | null
}

interface Who {
  state: string
  subject: string | null
  expiresAt: string | null
  fresh: boolean
}
