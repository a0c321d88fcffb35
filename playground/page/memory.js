/**
 * GraphiQL keeps what is typed in the browser's storage and in the address, which a reload sends to the server. No
 * password and no token shall stand there: they are left out of what it writes.
 * @param {Settings} settings
 */
function keepSecretsOut({ examplePassword }) {
  const store = Storage.prototype.setItem
  Storage.prototype.setItem = function (key, value) {
    store.call(this, key, cleanJson(value))
  }

  const replace = history.replaceState.bind(history)
  history.replaceState = (state, unused, target) => {
    if (target == null) return replace(state, unused, target)
    const url = new URL(target, location.href)
    for (const [name, value] of [...url.searchParams]) url.searchParams.set(name, cleanText(value))
    replace(state, unused, url)
  }

  /**
   * Of a text that is JSON, the texts in it too.
   * @param {string} text
   */
  function cleanJson(text) {
    const parsed = parseJson(text)
    if (parsed === null) return cleanText(text)
    const cleaned = JSON.stringify(cleanValue(parsed))
    return cleanText(cleaned === JSON.stringify(parsed) ? text : cleaned)
  }

  /**
   * Not by a replacer of `JSON.stringify`: GraphiQL puts one of its own in place, which calls none.
   * @param {unknown} value
   * @returns {unknown}
   */
  function cleanValue(value) {
    if (typeof value === 'string') return cleanText(value)
    if (Array.isArray(value)) return value.map(cleanValue)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleanValue(inner)]))
  }

  /**
   * Without what `password: "…"` says, in GraphQL and in JSON, and without whatever has the form of a token.
   * @param {string} text
   */
  function cleanText(text) {
    return text
      .replace(PASSWORD, (whole, name, literal) => {
        return literal === JSON.stringify(examplePassword) ? whole : `${name}"…"`
      })
      .replace(TOKEN, '…')
  }
}

const PASSWORD = /(password\w*"?\s*:\s*)("""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)/gi
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g
