/**
 * @typedef {{ name: string, password: string }} Typed
 * @typedef {{
 *   name: string, state: string, isFresh: boolean, leftMs: number | null, lifeMs: number,
 *   can: Record<string, boolean>,
 * }} Shown
 */

const STATES = /** @type {Record<string, string>} */ ({
  ANONYMOUS: 'is logged in',
  ACTIVE: '',
  EXPIRED: 'the token has expired',
  REVOKED: 'the token was revoked',
  INVALID: 'the token is not valid',
  UNAVAILABLE: 'the server cannot judge the token now',
})

/** How long it says what was done. */
const DONE_MS = 15_000
const EXECUTE = '.graphiql-execute-button'

/** What the bar consists of, and how it looks. Knows nothing of tokens. */
function createBarView() {
  const bar = requireElement(document.getElementById('sallyport'))
  const part = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (requireElement(bar.querySelector(`[data-part="${name}"]`)))
  const form = /** @type {HTMLFormElement} */ (part('form'))
  const nameField = /** @type {HTMLInputElement} */ (form.elements.namedItem('name'))
  const passwordField = /** @type {HTMLInputElement} */ (form.elements.namedItem('password'))
  const submit = /** @type {HTMLButtonElement} */ (part('submit'))
  const follow = /** @type {HTMLButtonElement} */ (part('follow'))
  /** @type {(typed: Typed) => Promise<void>} */
  let onSubmit = async () => {}
  /** @type {Record<string, boolean>} */
  let possible = {}
  /** What had the focus before it was asked for a password. @type {Element | null} */
  let opener = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const typed = { name: nameField.value.trim(), password: passwordField.value }
    passwordField.value = ''
    submit.disabled = true
    await onSubmit(typed)
    submit.disabled = false
    if (form.hidden || part('notice').hidden) keepFocus()
    else focusForm()
  })

  /** @param {Shown} shown */
  function show({ name, state, isFresh, leftMs, lifeMs, can }) {
    bar.dataset.state = state
    write(part('name'), state === 'ANONYMOUS' ? 'Nobody' : name)
    write(part('state'), STATES[state] ?? '')
    part('fresh').hidden = state !== 'ACTIVE'
    part('fresh').classList.toggle('is-fresh', isFresh)
    write(part('fresh'), isFresh ? 'fresh' : 'not fresh')
    part('fresh').title = isFresh
      ? 'You gave your password for this token: @fresh accepts it.'
      : 'You gave no password for this token: @fresh refuses it. @fresh(maxAge:) goes by the time of your password.'
    part('life').hidden = state !== 'ACTIVE' || leftMs === null
    write(part('ends'), `ends in ${duration(leftMs ?? 0)}`)
    const meter = /** @type {HTMLMeterElement} */ (part('meter'))
    meter.hidden = lifeMs <= 0
    if (lifeMs > 0) meter.value = Math.min(1, Math.max(0, (leftMs ?? 0) / lifeMs))
    possible = can
    showButtons()
  }

  /** One button for one thing: the form has its own. */
  function showButtons() {
    const asksForPassword = !part('notice').hidden && !form.hidden && nameField.disabled
    for (const [action, isPossible] of Object.entries(possible)) {
      button(action).hidden = !isPossible || (action === 'reauthenticate' && asksForPassword)
    }
  }

  function focusForm() {
    ;(nameField.disabled ? passwordField : nameField).focus()
  }

  /** Where the focused element has gone, the focus goes back to where the user was, or to the bar. */
  function keepFocus() {
    const { activeElement } = document
    if (activeElement !== null && activeElement !== document.body && isVisible(activeElement)) return
    const buttons = [
      ...bar.querySelectorAll('.sallyport-buttons button'),
      ...document.querySelectorAll(EXECUTE),
    ]
    const target = [opener, ...buttons].find((one) => one !== null && isVisible(one))
    if (target instanceof HTMLElement) target.focus()
  }

  function dismiss() {
    clearTimeout(timer)
    part('notice').hidden = true
    passwordField.value = ''
    showButtons()
    keepFocus()
  }

  /** What was done needs no answer: it goes by itself, unless the user is at it. */
  function dismissLater() {
    timer = setTimeout(() => {
      const isInUse = part('notice').matches(':hover, :focus-within')
      if (isInUse) dismissLater()
      else dismiss()
    }, DONE_MS)
  }

  /** @param {{ code: string, action: string, text: string }} said */
  function notice({ code, action, text }) {
    clearTimeout(timer)
    if (action === 'done') dismissLater()
    part('notice').hidden = false
    part('notice').dataset.action = action
    part('code').hidden = code === ''
    write(part('code'), code)
    write(part('text'), text)
    form.hidden = true
    follow.hidden = true
    showButtons()
  }

  /** @param {string} action */
  function button(action) {
    return /** @type {HTMLButtonElement} */ (requireElement(bar.querySelector(`[data-do="${action}"]`)))
  }

  return {
    show,
    notice,
    dismiss,
    /** What was refused is settled by an answer, unless the user is at it. */
    settle() {
      const { dataset } = part('notice')
      if (dataset.action !== 'done' && !part('notice').matches(':focus-within')) dismiss()
    },
    /**
     * @param {string} label
     * @param {() => unknown} act
     */
    follow(label, act) {
      write(follow, label)
      follow.onclick = act
      follow.hidden = false
    },
    /**
     * @param {string} label
     * @param {{ withName: boolean }} fields
     * @param {(typed: Typed) => Promise<void>} act
     */
    form(label, { withName }, act) {
      part('name-field').hidden = !withName
      nameField.disabled = !withName
      write(submit, label)
      onSubmit = act
      form.hidden = false
      if (!bar.contains(document.activeElement)) opener = document.activeElement
      showButtons()
    },
    /** @param {Record<string, () => unknown>} actions */
    on(actions) {
      for (const [name, act] of Object.entries(actions)) {
        button(name).addEventListener('click', async () => {
          await act()
          if (form.hidden || part('notice').hidden) keepFocus()
          else focusForm()
        })
      }
    },
  }
}

/**
 * Only what changes: a screen reader says it anew.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** @param {number} ms */
function duration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [days, hours, minutes] = [86_400, 3600, 60].map((unit) => Math.floor(seconds / unit))
  if (days) return `${days} d ${(hours ?? 0) % 24} h`
  if (hours) return `${hours} h ${(minutes ?? 0) % 60} min`
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`
}

/**
 * @template T
 * @param {T | null} element
 * @returns {T}
 */
function requireElement(element) {
  if (element === null) throw new Error('The page lacks a part of the bar.')
  return element
}

/** @param {Element} element */
function isVisible(element) {
  return element !== document.body && element.getClientRects().length > 0
}
