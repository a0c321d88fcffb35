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

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const typed = { name: nameField.value.trim(), password: passwordField.value }
    passwordField.value = ''
    submit.disabled = true
    await onSubmit(typed)
    submit.disabled = false
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
      ? 'The password was given for this token: @fresh lets it in.'
      : 'No password was given for this token: @fresh refuses it.'
    part('life').hidden = state !== 'ACTIVE' || leftMs === null
    write(part('ends'), `ends in ${duration(leftMs ?? 0)}`)
    const meter = /** @type {HTMLMeterElement} */ (part('meter'))
    meter.hidden = lifeMs <= 0
    if (lifeMs > 0) meter.value = Math.min(1, Math.max(0, (leftMs ?? 0) / lifeMs))
    for (const [action, possible] of Object.entries(can)) button(action).hidden = !possible
  }

  /** @param {{ code: string, action: string, text: string }} said */
  function notice({ code, action, text }) {
    part('notice').hidden = false
    part('notice').dataset.action = action
    part('code').hidden = code === ''
    write(part('code'), code)
    write(part('text'), text)
    form.hidden = true
    follow.hidden = true
  }

  /** @param {string} action */
  function button(action) {
    return /** @type {HTMLButtonElement} */ (requireElement(bar.querySelector(`[data-do="${action}"]`)))
  }

  return {
    show,
    notice,
    dismiss() {
      part('notice').hidden = true
      passwordField.value = ''
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
    },
    /** @param {Record<string, () => unknown>} actions */
    on(actions) {
      for (const [name, act] of Object.entries(actions)) {
        button(name).addEventListener('click', async () => {
          await act()
          if (!form.hidden) (nameField.disabled ? passwordField : nameField).focus()
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
