/**
 * The bar above GraphiQL: who one is, how long for, and what to do about a refusal.
 * @param {{
 *   settings: Settings,
 *   tokens: ReturnType<typeof createTokens>,
 *   requests: ReturnType<typeof watchRequests>,
 * }} parts
 */
function createBar({ settings, tokens, requests }) {
  const view = createBarView()
  const has = (/** @type {string} */ field) => settings.fields.includes(field)
  /** @type {Who | null} */
  let who = null
  let name = ''
  let updates = 0
  /** @type {Promise<void>} */
  let newest = Promise.resolve()

  /** Asks the server who one is, since it alone knows. */
  function update() {
    newest = ask(++updates)
    return newest
  }

  /**
   * @param {number} turn
   * @returns {Promise<void>}
   */
  async function ask(turn) {
    const found = await findWho()
    const foundName = await findName(found)
    // A later one knows better, and who waits for this one goes by what it finds.
    if (turn !== updates) return newest
    who = found
    name = foundName ?? found?.subject ?? ''
    show()
  }

  /** @returns {Promise<Who | null>} */
  async function findWho() {
    if (!has('Query.whoami')) return whoByClaims(tokens.access())
    const { answer } = await requests.ask('{ whoami { state subject expiresAt fresh } }')
    return answer.data?.whoami ?? null
  }

  /** @param {Who | null} found */
  async function findName(found) {
    if (found?.state !== 'ACTIVE' || !has('Query.me')) return name || null
    const { answer } = await requests.ask('{ me { username email } }')
    return answer.data?.me?.username ?? answer.data?.me?.email ?? null
  }

  function show() {
    const state = who === null || who.state === 'ANONYMOUS' ? 'ANONYMOUS' : who.state
    const leftMs = who?.expiresAt ? Date.parse(who.expiresAt) - (Date.now() + requests.aheadMs()) : null
    const isOver = state === 'ACTIVE' && leftMs !== null && leftMs <= 0
    const { iat = 0, exp = 0 } = readClaims(tokens.access() ?? '')
    view.show({
      name,
      state: isOver ? 'EXPIRED' : state,
      isFresh: who?.fresh === true && !isOver,
      leftMs,
      lifeMs: (exp - iat) * 1000,
      can: {
        login: has('Mutation.login') && state !== 'ACTIVE',
        refresh: has('Mutation.refresh') && canRefresh(),
        logout: has('Mutation.logout') && state !== 'ANONYMOUS',
        reauthenticate: has('Mutation.reauthenticate') && state === 'ACTIVE' && !isOver && !who?.fresh,
      },
    })
  }

  function canRefresh() {
    return tokens.refresh() !== null || requests.hasCookies()
  }

  /** @param {Exchange} exchange */
  async function hear(exchange) {
    const { answer, isMutation, sentRefreshToken, retryAfter, successor } = exchange
    const hasSlid = tokens.slide(successor)
    const tookTokens = tokens.take(answer.data) || hasSlid
    const refusal = answer.errors?.find(({ extensions }) => extensions?.action !== undefined)
    const code = refusal?.extensions?.code
    const isOver = code === 'SESSION_ENDED' || code === 'REFRESH_REUSED'
    if (isOver && sentRefreshToken) tokens.clear()
    if (refusal !== undefined) offer(explain(refusal, retryAfter), refusal.path?.[0])
    else if (tookTokens || isMutation) view.dismiss()
    if (!tookTokens && !isMutation && refusal === undefined) return
    await update()
    const isDead = who === null || who.state === 'REVOKED' || who.state === 'INVALID'
    if (isDead && (answer.data?.logout?.ended === true || isOver)) await forget()
  }

  async function forget() {
    tokens.clear()
    name = ''
    await update()
  }

  /**
   * @param {ReturnType<typeof explain>} refusal
   * @param {string | number | undefined} field the root field that was refused
   */
  function offer(refusal, field) {
    const { action, code } = refusal
    view.notice({ ...refusal, text: `${refusal.text}${refusal.about}` })
    if (action === 'login' && has('Mutation.login')) askForLogin()
    if (action === 'reauthenticate' && has('Mutation.reauthenticate')) askForPassword()
    if (action === 'refresh' && canRefresh()) view.follow('Refresh', refresh)
    if (action === 'refresh' && !canRefresh() && has('Mutation.login')) askForLogin()
    // Mistyped: it is asked for again.
    if (code === 'INVALID_CREDENTIALS' && field === 'login') askForLogin()
    if (code === 'INVALID_CREDENTIALS' && field === 'reauthenticate') askForPassword()
    if (action === 'retry') view.follow('Run it again', runAgain)
  }

  function askForLogin() {
    view.form('Log in', { withName: true }, ({ name: given, password }) => {
      const input = given.includes('@') ? { email: given, password } : { username: given, password }
      return act(LOGIN, { input }, 'Logged in. The page sends the access token from now on.')
    })
  }

  function askForPassword() {
    view.form('Prove it', { withName: false }, ({ password }) =>
      act(REAUTHENTICATE, { password }, 'The token is fresh. Run the operation again.'),
    )
  }

  const refresh = () => act(REFRESH, {}, 'A new pair of tokens; not fresh, since no password was given.')

  /**
   * One of the bar's own operations.
   * @param {string} query
   * @param {Record<string, unknown>} variables
   * @param {string} done
   */
  async function act(query, variables, done) {
    const exchange = await requests.ask(query, variables)
    await hear(exchange)
    if (exchange.answer.errors === undefined) view.notice({ code: '', action: 'done', text: done })
  }

  view.on({
    login() {
      view.notice({ code: '', action: 'login', text: 'What you type here is kept nowhere.' })
      askForLogin()
    },
    reauthenticate() {
      view.notice({ code: '', action: 'reauthenticate', text: BY_ACTION.reauthenticate ?? '' })
      askForPassword()
    },
    refresh,
    logout: () => act(LOGOUT, {}, 'Logged out: the session is over.'),
    dismiss: view.dismiss,
  })
  setInterval(show, 1000)
  void update()
  return { hear }
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
