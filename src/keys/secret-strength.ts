/** Bits of twelve random bytes: less than 32 hexadecimal digits have, and more than a sentence of ten words. */
const MIN_BITS = 96
const MIN_DIFFERENT_BYTES = 10
/** Bytes that are estimated. A longer secret is at least as strong as its beginning. */
const ESTIMATED = 256
/** The shortest repeat or sequence that counts as one. */
const SHORTEST = 4
/** The fewest letters, on average, of a word or of a part in one case. */
const SHORTEST_PART = 3

/** Sequences and keyboard rows, which attackers try in both directions. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyzabc',
  '012345678901234567890',
  '0123456789abcdef0123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '!@#$%^&*()_+',
]
const SEQUENCES = ROWS.flatMap((row) => [row, [...row].reverse().join('')])

/** The most frequent letter pairs of European languages. Four fifths of all possible pairs are not in it. */
const PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ' +
    'ic ne ea ra ce li ch ll be ma si om ur ec ss et us ke ey ni la el un ge ei ie au no wo rd my cr ow wn pe pr am ' +
    'ac ad ap ay bo bl ca ct da di do ee em fe fo fi af ho id ig il im iv lo ly mi mo na ns ol oo op os pa pl po rs ' +
    'rt ry sa sh so sp su ta tr ts tt ul ut wa we wh wi ye yo hs ck nc ex xa mp ev ou up ab bi'
  ).split(' '),
)

const DIGIT_FOR_LETTER: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
}

/**
 * Whether a secret was typed instead of generated: few distinct bytes, sequences, repeats, words. Estimates its bits,
 * so that a random secret of 24 bytes or more passes in any encoding. A published secret that was once random passes
 * too.
 */
export function isGuessableSecret(secret: string | Uint8Array): boolean {
  const bytes = Buffer.from(secret)
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) return true
  const text = bytes.subarray(0, ESTIMATED).toString('latin1')
  return estimateBits(text) < MIN_BITS
}

function estimateBits(text: string): number {
  const isHex = /^(?:[\da-f-]+|[\dA-F-]+)$/.test(text)
  const bitsOfOne = isHex ? 4 : Math.log2(countAlphabet(text))
  const lower = text.toLowerCase()
  // A digit between two letters counts as a letter, as in `s3cret`.
  const spelt = isHex
    ? lower
    : text.replace(/(?<=[a-z])[013457@$](?=[a-z])/gi, (one) => DIGIT_FOR_LETTER[one] ?? one)
  let bits = 0
  for (let at = 0; at < text.length; ) {
    const known = Math.max(findRepeat(lower, at), findSequence(lower, at))
    const word = isHex ? 0 : findWords(spelt, at)
    if (known >= SHORTEST && known >= word) {
      bits += 8
      at += known
    } else if (word > 0) {
      bits += 4 + 1.5 * word
      at += word
    } else {
      bits += /[\s_.-]/.test(text[at] ?? '') ? 1 : bitsOfOne
      at += 1
    }
  }
  return bits
}

function countAlphabet(text: string): number {
  if (/[^\x20-\x7e]/.test(text)) return 256
  const classes: readonly [RegExp, number][] = [
    [/\d/, 10],
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[+/=_\s.-]/, 2],
    [/[^\w+/=\s.-]/, 30],
  ]
  return classes.reduce((sum, [characters, size]) => sum + (characters.test(text) ? size : 0), 0)
}

/** Length of the text from here that repeats an earlier part, or one character. */
function findRepeat(text: string, at: number): number {
  let longest = 0
  for (let from = 0; from < at; from++) {
    let length = 0
    while (at + length < text.length && text[from + length] === text[at + length]) length++
    longest = Math.max(longest, length)
  }
  return longest
}

function findSequence(text: string, at: number): number {
  let length = SHORTEST
  const isSequence = (size: number) => SEQUENCES.some((row) => row.includes(text.slice(at, at + size)))
  if (at + length > text.length || !isSequence(length)) return 0
  while (at + length < text.length && isSequence(length + 1)) length++
  return length
}

/** Length of the words from here, with a separator between two, when their letter pairs are frequent ones. */
function findWords(text: string, at: number): number {
  const words = /^[a-z]+(?:[\s_.-][a-z]+)*/i.exec(text.slice(at))?.[0] ?? ''
  if (words.length < SHORTEST || words.length < SHORTEST_PART * countParts(words)) return 0
  const lower = words.toLowerCase()
  const pairs = [...lower].slice(1).map((letter, index) => `${lower[index]}${letter}`)
  const letters = pairs.filter((pair) => /^[a-z]+$/.test(pair))
  const usual = letters.filter((pair) => PAIRS.has(pair))
  return letters.length >= SHORTEST - 1 && usual.length / letters.length >= 0.7 ? words.length : 0
}

/** The parts that upper and lower case make of words: `MySecretKey` has three, and random text one for every letter or two. */
function countParts(words: string): number {
  return words.match(/[A-Z]?[a-z]+|[A-Z]+/g)?.length ?? 0
}
