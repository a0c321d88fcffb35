/** What a refusal means for whoever sits here, by its `action`, and by its code where that says more; else its message. */
const BY_CODE = /** @type {Record<string, string>} */ ({
  UNAUTHENTICATED: 'This is for somebody who is logged in. Nobody is.',
  TOKEN_REVOKED: 'The token was taken back: it counts for nothing, though its time is not up.',
  TOKEN_INVALID: 'That is no token of this server.',
  SESSION_ENDED: 'The session is over, and its tokens with it.',
  REFRESH_REUSED:
    'This refresh token was used before. It may have been stolen, so its session was ended for everybody.',
  FORBIDDEN: 'You are known, and not allowed: your token lacks the right that this asks for.',
})

const BY_ACTION = /** @type {Record<string, string>} */ ({
  login: 'Log in to go on.',
  refresh: 'The access token’s time is up. The refresh token gives the next one, without a password.',
  reauthenticate:
    'You are logged in, but this asks for a password given recently. Confirm it: the same session gets a fresh token.',
  retry: 'Not now. The same request may pass later.',
})

/**
 * @param {AnswerError} error
 * @param {string | null} retryAfter
 */
function explain({ message, extensions: { code = '', action = 'none', coordinate } = {} }, retryAfter) {
  const about = coordinate === undefined ? '' : ` (${coordinate})`
  const when = action === 'retry' && retryAfter ? ` Wait ${retryAfter} s.` : ''
  const byAction = BY_ACTION[action] ?? message
  const sentence = action === 'login' ? [BY_CODE[code], byAction].filter(Boolean).join(' ') : BY_CODE[code]
  return { code, action, about, text: `${sentence ?? byAction}${when}` }
}
