/**
 * Writes docs/options.md, the reference of every option, from the code.
 * `--check` writes nothing and fails when the page is out of step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { renderOptions } from './option-docs.js'

const page = new URL('../docs/options.md', import.meta.url)

const rendered = renderOptions()
const current = readFileSync(page, { encoding: 'utf8', flag: 'a+' })
if (current !== rendered) {
  if (process.argv.includes('--check')) {
    console.error('docs/options.md is out of step: run `npm run docs`.')
    process.exit(1)
  }
  writeFileSync(page, rendered)
}
