import { ERRORS, type ErrorMeaning } from '../src/base/errors.js'

const BEGIN = '<!-- codes -->\n'
const END = '<!-- /codes -->'

/** The page with its table of codes as the catalogue has them. */
export function renderErrors(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after] = rest.split(END)
  if (after === undefined) throw new Error('docs/errors.md: the marks round the table are missing')
  return `${before}${BEGIN}${renderTable()}${END}${after}`
}

function renderTable(): string {
  const rows = Object.entries<ErrorMeaning>(ERRORS).map(
    ([code, { status, challenge, action, message }]) =>
      `| \`${code}\` | ${status} | ${describeChallenge(challenge)} | ${action} | ${message} |`,
  )
  return [
    '| code | status | challenge | action | message |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function describeChallenge(challenge: ErrorMeaning['challenge']): string {
  if (challenge === undefined) return ''
  return challenge === null ? 'realm' : `\`${challenge}\``
}
