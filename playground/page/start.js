const settings = /** @type {Settings} */ (
  JSON.parse(document.getElementById('sallyport-settings')?.textContent ?? '')
)
const tokens = createTokens()
/** @type {ReturnType<typeof createBar> | undefined} */
let bar

// Before GraphiQL's own script, which takes hold of both.
keepSecretsOut(settings)
const requests = watchRequests({ settings, tokens, onAnswer: (exchange) => void bar?.hear(exchange) })
document.addEventListener('DOMContentLoaded', () => {
  bar = createBar({ settings, tokens, requests })
})
