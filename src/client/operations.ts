/** The client's own operations. Each names its result `payload`. */
const PAYLOAD = '{ accessToken refreshToken accessTokenExpiresAt csrfToken }'
export const LOGIN = `mutation ($input: LoginInput!) { payload: login(input: $input) ${PAYLOAD} }`
export const SIGNUP = `mutation ($input: SignupInput!) { payload: signup(input: $input) ${PAYLOAD} }`
export const REFRESH = `mutation ($token: String) { payload: refresh(refreshToken: $token) ${PAYLOAD} }`
export const REAUTHENTICATE = `mutation ($password: String!) { payload: reauthenticate(password: $password) ${PAYLOAD} }`
export const CHANGE_PASSWORD = `mutation ($current: String!, $next: String!) {
  payload: changePassword(currentPassword: $current, newPassword: $next) ${PAYLOAD}
}`
export const LOGOUT = 'mutation ($token: String) { logout(refreshToken: $token) { ended } }'
