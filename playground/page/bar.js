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
  /** What proves the cookies that the bar shows the session of. */
  let proof = requests.readProof()
  /** Whether what the user ran last was refused for want of a password, and whether the editor still has it. */
  let isRefused = false
  let isUnchanged = false
  const tabs = new BroadcastChannel(`sallyport ${location.pathname}`)
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
    if (found?.state !== 'ACTIVE') return name || null
    const isInCookie = tokens.access() === null && has('Query.claims')
    const fields = [has('Query.me') ? 'me { username email }' : '', isInCookie ? 'claims' : ''].join(' ')
    if (fields === ' ') return name || null
    const { answer } = await requests.ask(`{ ${fields} }`)
    if (isInCookie) tokens.noteClaims(answer.data?.claims ?? {})
    return answer.data?.me?.username ?? answer.data?.me?.email ?? null
  }

  function show() {
    const state = who === null || who.state === 'ANONYMOUS' ? 'ANONYMOUS' : who.state
    const leftMs = who?.expiresAt ? Date.parse(who.expiresAt) - (Date.now() + requests.aheadMs()) : null
    const isOver = state === 'ACTIVE' && leftMs !== null && leftMs <= 0
    const { iat = 0, exp = 0 } = tokens.claims()
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
    const { answer, isMutation, isFromEditor, sentRefreshToken, retryAfter, successor } = exchange
    const hasSlid = tokens.slide(successor)
    const hasTaken = tokens.take(answer.data)
    const tookTokens = hasTaken || hasSlid
    await keepOneSession({ hasTaken, isMutation })
    const refusal = answer.errors?.find(({ extensions }) => extensions?.action !== undefined)
    const code = refusal?.extensions?.code
    const isOver = code === 'SESSION_ENDED' || code === 'REFRESH_REUSED'
    if (isOver && sentRefreshToken) tokens.clear()
    if (isFromEditor) isRefused = refusal?.extensions?.action === 'reauthenticate'
    if (isFromEditor) isUnchanged = true
    if (refusal !== undefined) offer(explain(refusal, retryAfter), refusal.path?.[0])
    else view.settle()
    if (!tookTokens && !isMutation && refusal === undefined) return
    await update()
    const isDead = who === null || who.state === 'REVOKED' || who.state === 'INVALID'
    if (isDead && (answer.data?.logout?.ended === true || isOver)) await forget()
  }

  /**
   * A page has tokens or cookies, and not both: after a reload it would be another user. Other tabs share cookies, and hear
   * of each change.
   * @param {{ hasTaken: boolean, isMutation: boolean }} change
   */
  async function keepOneSession({ hasTaken, isMutation }) {
    if (hasTaken && requests.readProof() !== null) await requests.ask(LOGOUT, {}, { byCookie: true })
    const next = requests.readProof()
    const isNew = next !== proof
    if (isNew && isMutation && next !== null) tokens.clear()
    proof = next
    if (isNew || (isMutation && next !== null)) tabs.postMessage('changed')
  }

  /** Another tab, or another page of the host, has changed the cookies. */
  async function hearOfCookies() {
    proof = requests.readProof()
    if (tokens.access() !== null) return
    const wasActive = who?.state === 'ACTIVE'
    await update()
    if (!wasActive || (who !== null && who.state !== 'ANONYMOUS')) return
    view.notice({ code: '', action: 'login', text: 'Logged out in another tab.' })
    if (has('Mutation.login')) askForLogin()
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
    view.form('Log in', { withName: true }, async ({ name: given, password }) => {
      const input = given.includes('@') ? { email: given, password } : { username: given, password }
      const { delivery } = settings
      const isDone = await act(LOGIN, { input: { ...input, delivery } }, LOGGED_IN[delivery])
      // The browser has dropped them: they are of another domain, or go over https only.
      const isDropped = isDone && delivery === 'COOKIE' && requests.readProof() === null
      if (isDropped) await act(LOGIN, { input }, LOGGED_IN.BODY)
    })
  }

  function askForPassword() {
    view.form('Confirm password', { withName: false }, async ({ password }) => {
      const runsAgain = isRefused && isUnchanged
      const text = runsAgain ? 'The token is fresh. The operation runs again.' : 'The token is fresh.'
      if (!(await act(REAUTHENTICATE, { password }, text)) || !isRefused) return
      // What the user has changed meanwhile is theirs to run.
      if (runsAgain) runAgain()
      else view.follow('Run it again', runAgain)
    })
  }

  /** @param {Event} event */
  function noteChange(event) {
    const isOfBar = event.target instanceof Element && event.target.closest('#sallyport') !== null
    const isMove = event instanceof KeyboardEvent && (event.key === 'Tab' || event.key === 'Shift')
    if (event.isTrusted && !isOfBar && !isMove) isUnchanged = false
  }

  const refresh = () => act(REFRESH, {}, 'A new pair of tokens; not fresh, since no password was given.')

  /**
   * One of the bar's own operations. Whether it was done.
   * @param {string} query
   * @param {Record<string, unknown>} variables
   * @param {string} done
   */
  async function act(query, variables, done) {
    const exchange = await requests.ask(query, variables)
    await hear(exchange)
    if (exchange.answer.errors !== undefined) return false
    view.notice({ code: '', action: 'done', text: done })
    return true
  }

  view.on({
    login() {
      view.notice({ code: '', action: 'login', text: 'What you type here is kept nowhere.' })
      askForLogin()
    },
    reauthenticate() {
      view.notice({ code: '', action: 'reauthenticate', text: 'The same session gets a fresh token.' })
      askForPassword()
    },
    refresh,
    logout: () => act(LOGOUT, {}, 'Logged out: the session is over.'),
    dismiss: view.dismiss,
  })
  tabs.addEventListener('message', () => void hearOfCookies())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && requests.readProof() !== proof) void hearOfCookies()
  })
  for (const event of ['click', 'keydown', 'paste', 'cut', 'drop']) {
    document.addEventListener(event, noteChange, { capture: true })
  }
  setInterval(show, 1000)
  void update()
  return { hear }
}
