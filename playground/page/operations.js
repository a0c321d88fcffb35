/** The bar's own operations, and what it says when they are done. */
const LOGGED_IN = {
  BODY: 'Logged in. The page sends the access token from now on, until it is loaded again.',
  COOKIE: 'Logged in. The page sends the access token from now on, in a cookie that no script can read.',
}
const PAYLOAD = '{ accessToken refreshToken }'
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) ${PAYLOAD} }`
const REFRESH = `mutation ($refreshToken: String) { refresh(refreshToken: $refreshToken) ${PAYLOAD} }`
const REAUTHENTICATE = `mutation ($password: String!) { reauthenticate(password: $password) ${PAYLOAD} }`
const LOGOUT = 'mutation { logout { ended } }'

/**
 * Where the server has no `whoami`.
 * @param {string | null} token
 * @returns {Who | null}
 */
function whoByClaims(token) {
  if (token === null) return null
  const { sub = null, exp } = readClaims(token)
  const expiresAt = exp === undefined ? null : new Date(exp * 1000).toISOString()
  return { state: 'ACTIVE', subject: sub, expiresAt, fresh: false }
}

function runAgain() {
  const button = document.querySelector('.graphiql-execute-button')
  if (button instanceof HTMLElement) button.click()
}
