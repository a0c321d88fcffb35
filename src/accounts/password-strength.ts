import type { ZxcvbnFactory } from '@zxcvbn-ts/core'

/** Below this (the library's scores 0 and 1) a password falls to a list of common ones with their usual variations. */
const MIN_GUESSES = 1e6
/** The estimate takes time with the square of the length, on the event loop. */
const ESTIMATED = 32

let loading: Promise<ZxcvbnFactory> | undefined

/**
 * Whether a password is one of the first that an attacker tries: common ones, repeats, sequences, keyboard walks, and the
 * account's own names, with their usual variations. Of a long one the beginning and the end are estimated, and both must
 * be weak. The lists are loaded at the first call.
 */
export async function isGuessable(password: string, ownNames: readonly string[]): Promise<boolean> {
  loading ??= load()
  const estimator = await loading
  const names = ownNames.flatMap(partsOf)
  const parts = password.length / ESTIMATED
  const isWeak = (text: string) => {
    const { guesses, sequence } = estimator.check(text, names)
    // Four characters of another script are few guesses to the library, which counts ten letters in an alphabet.
    return (
      guesses * Math.max(1, parts) < MIN_GUESSES && sequence.some(({ pattern }) => pattern !== 'bruteforce')
    )
  }
  return isWeak(password.slice(0, ESTIMATED)) && isWeak(password.slice(-ESTIMATED))
}

/** A name, and what it is made of: `ada.lovelace@example.com` gives `ada`, `lovelace` and `example` too. */
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
