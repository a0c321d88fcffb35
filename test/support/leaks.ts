import { Writable } from 'node:stream'
import { createLog } from '../../src/cli/create-log.js'

/** Shorter ones stand in any text by chance. */
const MIN_SECRET = 8
const SECRET_MEMBERS = /^(?:password|currentPassword|newPassword|accessToken|refreshToken|csrfToken)$/
const JWS = /^[\w-]+\.[\w-]+\.([\w-]+)$/

const secrets = new Set<string>()
let written = ''

/** A secret that a test uses: no log may have it. Of a token the signature alone is as bad as the whole. */
export function noteSecret(text: string | null | undefined): void {
  if (text == null || text.length < MIN_SECRET) return
  secrets.add(text)
  const [, signature] = JWS.exec(text) ?? []
  if (signature !== undefined) secrets.add(signature)
}

/** The secrets in what is sent or answered, by the names of its members. */
export function noteSecretsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && SECRET_MEMBERS.test(name)) noteSecret(member)
    else noteSecretsIn(member)
  }
}

/** What a server wrote into its log. */
export function noteLog(text: string): void {
  written += text
}

/** The log of `sallyport serve`, at its most talkative, for servers within a test. */
export const watchedLog = createLog(
  new Writable({
    write(chunk, _encoding, done) {
      noteLog(String(chunk))
      done()
    },
  }),
  'debug',
)

/** The lines of a log that hold a secret, with the secret left out. */
export function findLeaks(log: string, known: Iterable<string>): string[] {
  // By their ends, so that a long log is read once, and not once for each of them; tokens all begin alike.
  const byEnd = new Map<string, string[]>()
  for (const secret of known) {
    const end = secret.slice(-MIN_SECRET)
    byEnd.set(end, [...(byEnd.get(end) ?? []), secret])
  }
  return log.split('\n').flatMap((line) => {
    const leaked = secretsIn(line, byEnd)
    return leaked.length === 0 ? [] : leaked.reduce((text, one) => text.replaceAll(one, '(a secret)'), line)
  })
}

function secretsIn(line: string, byEnd: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>()
  for (let end = MIN_SECRET; end <= line.length; end++) {
    for (const secret of byEnd.get(line.slice(end - MIN_SECRET, end)) ?? []) {
      if (line.endsWith(secret, end)) found.add(secret)
    }
  }
  return [...found]
}

/** Of everything that was written since the last call; forgets it then. */
export function takeLeaks(): string[] {
  const leaks = findLeaks(written, secrets)
  written = ''
  secrets.clear()
  return leaks
}
