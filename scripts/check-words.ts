/**
 * Fails when a comment of a room in `ROOMS`, or a line of a page in `PAGES`, has a word for which `WORDS` has a plainer
 * one. `npm run check` runs it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/** The rooms whose comments are checked. A room joins when its comments are rewritten. */
const ROOMS = [
  'accounts',
  'audit',
  'base',
  'cli',
  'client',
  'context',
  'graphql',
  'keys',
  'limits',
  'revocation',
  'sessions',
  'testing',
  'tokens',
]

/** The pages whose lines are checked. A page joins when it is rewritten. */
const PAGES = [
  'README.md',
  'SECURITY.md',
  'docs/clients.md',
  'docs/errors.md',
  'docs/flask-jwt-extended.md',
  'docs/getting-started.md',
  'docs/guarding.md',
  'docs/operating.md',
  'docs/upgrading.md',
]

/** A word, and what to write in its place. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(whoever|nobody|somebody|someone)\b/i, 'the caller, the client, the user, the host, the attacker'],
  [/\banew\b/i, 'again'],
  [/\b(is|are|was|were) told\b/i, 'returns, logs, reports'],
  [/(?<!there )\bis none\b/i, '"null when …", "is no …"'],
  [/\banswer(s|ed)?\b/i, 'returns, throws, responds with; the response'],
  [/\bsuch as a one\b/i, 'for example'],
  [/\belse all\b/i, 'otherwise'],
]

/** Lines that may keep a word: `path: text`. */
const EXCEPTIONS: readonly string[] = []

/** A line that is a comment as a whole. */
const COMMENT = /^\s*(?:\/\/|\/\*\*?|\*)\s?(.*)$/

for (const file of ROOMS.flatMap(listFiles)) checkLines(file, (line) => COMMENT.exec(line)?.[1])
for (const page of PAGES) checkLines(page, (line) => line)

function checkLines(file: string, read: (line: string) => string | undefined): void {
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const text = read(line)
    const found = text === undefined ? undefined : WORDS.find(([word]) => word.test(text))
    if (text === undefined || found === undefined || EXCEPTIONS.includes(`${file}: ${text}`)) continue
    const [word, better] = found
    console.error(`${file}:${index + 1}: "${word.exec(text)?.[0]}"; write: ${better}`)
    process.exitCode = 1
  }
}

function listFiles(room: string): string[] {
  const names = readdirSync(join('src', room), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join('src', room, name))
}
