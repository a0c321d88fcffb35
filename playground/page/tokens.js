/** The tokens of the last answer that had some: in memory only. A session that a reload keeps is in cookies. */
function createTokens() {
  /** @type {string | null} */
  let access = null
  /** @type {string | null} */
  let refresh = null
  /** @type {Claims} */
  let cookieClaims = {}

  return {
    access: () => access,
    refresh: () => refresh,
    /** Of the token that the page sends. */
    claims: () => (access === null ? cookieClaims : readClaims(access)),
    /**
     * Notes what the server says of the token in a cookie, which the page cannot read.
     * @param {Claims} claims
     */
    noteClaims(claims) {
      cookieClaims = claims
    },
    clear() {
      access = null
      refresh = null
      cookieClaims = {}
    },
    /**
     * Takes the successor of a sliding access token: of ours, not of one that the user sent.
     * @param {string | null} successor
     */
    slide(successor) {
      if (successor && access && readClaims(successor).sid === readClaims(access).sid) access = successor
      return successor !== null && access === successor
    },
    /**
     * Takes what an answer has of tokens, wherever it stands. Whether there was any.
     * @param {unknown} data
     */
    take(data) {
      const found = findTokens(data)
      access = found.accessToken ?? access
      refresh = found.refreshToken ?? refresh
      // Of another login: it would bring somebody else back.
      if (access && refresh && readClaims(access).sid !== readClaims(refresh).sid) {
        if (found.refreshToken) access = found.accessToken ?? null
        else refresh = null
      }
      return Boolean(found.accessToken ?? found.refreshToken)
    },
  }
}

/**
 * @param {unknown} data
 * @returns {{ accessToken?: string, refreshToken?: string }}
 */
function findTokens(data) {
  if (typeof data !== 'object' || data === null) return {}
  const { accessToken, refreshToken } = /** @type {Record<string, unknown>} */ (data)
  const own = {
    ...(isToken(accessToken) ? { accessToken } : {}),
    ...(isToken(refreshToken) ? { refreshToken } : {}),
  }
  return Object.assign(own, ...Object.values(data).map(findTokens))
}

/**
 * A host may have another thing by the same name.
 * @param {unknown} value
 * @returns {value is string}
 */
function isToken(value) {
  return typeof value === 'string' && Object.keys(readClaims(value)).length > 0
}

/**
 * @param {string} token
 * @returns {Claims}
 */
function readClaims(token) {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}
