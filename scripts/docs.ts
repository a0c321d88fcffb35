/**
 * Writes what the pages in docs/ say of the code, from the code. `--check` writes nothing and fails when a page is out of
 * step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { renderCli } from './cli-docs.js'
import { renderErrors } from './error-docs.js'
import { renderOptions } from './option-docs.js'

/** Page → what it has to be, given what it is. */
const PAGES: Readonly<Record<string, (current: string) => string>> = {
  'options.md': renderOptions,
  'errors.md': renderErrors,
  'cli.md': renderCli,
}

for (const [name, render] of Object.entries(PAGES)) {
  const page = new URL(`../docs/${name}`, import.meta.url)
  const current = readFileSync(page, { encoding: 'utf8', flag: 'a+' })
  const rendered = render(current)
  if (rendered === current) continue
  if (process.argv.includes('--check')) {
    console.error(`docs/${name} is out of step: run \`npm run docs\`.`)
    process.exitCode = 1
  } else {
    writeFileSync(page, rendered)
  }
}
