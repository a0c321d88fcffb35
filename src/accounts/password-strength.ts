import type { ZxcvbnFactory } from '@zxcvbn-ts/core'

/** The least number of guesses: below it are the library's scores 0 and 1, which lists of common passwords cover. */
const MIN_GUESSES = 1e6
/** Characters that are estimated at once: the estimate takes quadratic time, on the event loop. */
const ESTIMATED = 32

let loading: Promise<ZxcvbnFactory> | undefined

/**
 * Whether an attacker tries this password among the first: common ones, repeats, sequences, keyboard walks, the
 * account's own names, and their usual variations. Of a long password the beginning and the end are estimated, and it
 * is weak only if both are. The first call loads the lists.
 */
export async function isGuessable(password: string, ownNames: readonly string[]): Promise<boolean> {
  loading ??= load()
  const estimator = await loading
  const names = ownNames.flatMap(partsOf)
  const parts = password.length / ESTIMATED
  const isWeak = (text: string) => {
    const { guesses, sequence } = estimator.check(text, names)
    // Four characters of another script count as few guesses, because the library assumes ten letters to an alphabet.
    return (
      guesses * Math.max(1, parts) < MIN_GUESSES && sequence.some(({ pattern }) => pattern !== 'bruteforce')
    )
  }
  return isWeak(password.slice(0, ESTIMATED)) && isWeak(password.slice(-ESTIMATED))
}

/** A name and its parts: `ada.lovelace@example.com` also gives `ada`, `lovelace` and `example`. */
function partsOf(name: string): string[] {
  return [name, name.split('@')[0] ?? '', ...name.split(/[^\p{L}\p{M}\p{N}]+/u)].filter(
    (part) => part.length > 2,
  )
}

async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return new ZxcvbnFactory({
    dictionary: { common: dictionary['passwords-common'] },
    graphs: adjacencyGraphs,
  })
}
