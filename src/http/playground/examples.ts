/** One tab of the playground: the root fields that it needs, and its document. */
interface Example {
  readonly needs: readonly string[]
  readonly query: string
}

/** GraphiQL keeps what is typed in a tab, so that this is no secret of anybody's. */
export const EXAMPLE_PASSWORD = 'only-an-example'

/** Of nobody else: the README signs up `ada`, with another password. One line each, so that none is cut off. */
const CREDENTIALS = `{
    email: "alan@example.com"
    password: "${EXAMPLE_PASSWORD}"
  }`
const PAYLOAD = `{
    accessToken
    accessTokenExpiresAt
    refreshToken
  }`

const EXAMPLES: readonly Example[] = [
  {
    needs: ['Mutation.signup'],
    query: `# Makes an account, and logs it in.
# The page keeps the tokens that are answered,
# and sends them: nothing is to be copied.
mutation SignUp {
  signup(input: ${CREDENTIALS}) ${PAYLOAD}
}
`,
  },
  {
    needs: ['Mutation.login'],
    query: `# A fresh access token, and a refresh token.
# With a \`username\` in place of \`email\` too.
mutation LogIn {
  login(input: ${CREDENTIALS}) ${PAYLOAD}
}
`,
  },
  {
    needs: ['Query.whoami', 'Query.me'],
    query: `# \`whoami\` is for any token, a dead one too.
# \`me\` is guarded: \`@auth\`.
query WhoAmI {
  whoami {
    state
    subject
    expiresAt
    fresh
  }
  me {
    id
    username
    email
    roles
  }
}
`,
  },
  {
    needs: ['Mutation.refresh'],
    query: `# The next pair, which is not fresh. The page fills
# \`$refreshToken\` in where you leave it out.
mutation Refresh($refreshToken: String) {
  refresh(refreshToken: $refreshToken) ${PAYLOAD}
}
`,
  },
  {
    needs: ['Mutation.revoke'],
    query: `# Takes back the token that you use: the page fills
# its \`$jti\` in. Ask who you are afterwards.
mutation Revoke($jti: ID!) {
  revoke(jti: $jti) {
    jti
    revokedAt
    revokedReason
  }
}
`,
  },
]

/** The tabs whose fields there are. */
export function exampleTabs(fields: readonly string[]): { query: string }[] {
  return EXAMPLES.filter(({ needs }) => needs.every((field) => fields.includes(field))).map(({ query }) => ({
    query,
  }))
}
