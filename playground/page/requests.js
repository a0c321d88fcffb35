/**
 * Stands between GraphiQL and the server: sends the access token, or what proves that cookies are this page's, and shows
 * every answer to `onAnswer` before GraphiQL has it. Answers how the page asks for itself, and how far the server's clock is ahead of ours.
 * @param {{
 *   settings: Settings,
 *   tokens: ReturnType<typeof createTokens>,
 *   onAnswer: (exchange: Exchange) => void,
 * }} parts
 */
function watchRequests({ settings, tokens, onAnswer }) {
  const send = window.fetch.bind(window)
  let aheadMs = 0

  window.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href)
    const isOurs = url.origin === location.origin && url.pathname === location.pathname
    const operation = isOurs ? readOperation(url, init) : null
    if (operation === null) return send(input, init)
    const request = complete(operation, init)
    const response = await send(location.pathname, request)
    if (isStream(response)) return followStream(response, request.body)
    const answer = await readJson(response.clone())
    if (answer !== null) onAnswer({ ...describe(answer, response, request.body), isFromEditor: true })
    return response
  }

  /**
   * The request with what its author left out: the headers, and the variables that the page knows.
   * @param {string} body
   * @param {RequestInit} init
   */
  function complete(body, init) {
    const headers = new Headers(init.headers)
    headers.set('content-type', 'application/json')
    const access = tokens.access()
    if (access && !headers.get(settings.header)) {
      headers.set(settings.header, `${settings.scheme} ${access}`.trimStart())
    }
    for (const { cookie, header } of settings.csrf) {
      const value = readCookie(cookie)
      if (value !== null && !headers.has(header)) headers.set(header, value)
    }
    return { ...init, method: 'POST', headers, body: fillVariables(body) }
  }

  /** @param {string} body */
  function fillVariables(body) {
    const { query, variables, ...rest } = JSON.parse(body)
    const known = {
      refreshToken: tokens.refresh(),
      jti: tokens.claims().jti,
    }
    const missing = Object.entries(known).filter(
      ([name, value]) => value && variables?.[name] == null && new RegExp(`\\$${name}\\s*:`).test(query),
    )
    return JSON.stringify({ query, variables: { ...variables, ...Object.fromEntries(missing) }, ...rest })
  }

  /**
   * @param {Answer} answer
   * @param {Response} response
   * @param {string} body Of the request.
   * @returns {Exchange}
   */
  function describe(answer, response, body) {
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) aheadMs = date - Date.now()
    const refresh = tokens.refresh()
    return {
      answer,
      isFromEditor: false,
      isMutation: /\bmutation\b/.test(JSON.parse(body).query),
      sentRefreshToken: refresh !== null && body.includes(refresh),
      retryAfter: response.headers.get('retry-after'),
      successor: response.headers.get('x-access-token'),
    }
  }

  /**
   * The same answer, overheard: a subscription that is refused says so in its stream. What becomes of a token that the page no
   * longer has is no news to it.
   * @param {Response} response
   * @param {string} body Of the request.
   */
  function followStream(response, body) {
    const decoder = new TextDecoder()
    const session = findSession()
    let rest = ''
    const overhear = new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk)
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const answer = line.startsWith('data: ') ? parseJson(line.slice('data: '.length)) : null
          const isNews = answer !== null && findSession() === session
          if (isNews) onAnswer(describe(answer, response, body))
        }
      },
    })
    return new Response(response.body?.pipeThrough(overhear), response)
  }

  /** What tells one session of the page from another. */
  function findSession() {
    return tokens.access() ?? readProof()
  }

  /** The readable cookie of a session in cookies; null: there is none. */
  function readProof() {
    const values = settings.csrf.map(({ cookie }) => readCookie(cookie))
    return values.find((value) => value) ?? null
  }

  /**
   * @param {string} query
   * @param {Record<string, unknown>} [variables]
   * @param {{ byCookie?: boolean }} [how] `byCookie`: without the token of the page's own.
   */
  async function ask(query, variables = {}, { byCookie = false } = {}) {
    const request = complete(JSON.stringify({ query, variables }), {
      headers: { accept: 'application/json' },
    })
    if (byCookie) request.headers.delete(settings.header)
    const response = await send(location.pathname, request)
    const answer = (await readJson(response)) ?? { errors: [{ message: `Status ${response.status}.` }] }
    return describe(answer, response, request.body)
  }

  return {
    ask,
    aheadMs: () => aheadMs,
    readProof,
    /** Whether the browser has cookies of a session, and can send them: a token of the page's own would win. */
    hasCookies: () => tokens.access() === null && readProof() !== null,
  }
}

/**
 * What is asked, as the body of a POST. GraphiQL puts a subscription into the address, where logs keep its
 * variables and the headers that the user typed.
 * Null: it is no operation.
 * @param {URL} url
 * @param {RequestInit} init
 */
function readOperation(url, init) {
  if (typeof init.body === 'string') return init.body
  const { query, variables = '', operationName } = Object.fromEntries(url.searchParams)
  if (query === undefined) return null
  return JSON.stringify({ query, variables: parseJson(variables) ?? {}, operationName })
}

/**
 * Null: there is none, or no script may read it.
 * @param {string} name
 */
function readCookie(name) {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`))
  return pair === undefined ? null : pair.slice(name.length + 1)
}

/** @param {Response} response */
function isStream(response) {
  return !/json/.test(response.headers.get('content-type') ?? '')
}

/**
 * Null: it has none.
 * @param {Response} response
 */
async function readJson(response) {
  return parseJson(await response.text())
}

/**
 * @param {string} text
 * @returns {Answer | null}
 */
function parseJson(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
