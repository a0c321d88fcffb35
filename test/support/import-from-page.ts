import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

const PAGE = new URL('../../docs/clients.md', import.meta.url)
/** Where a program of the page finds the packages that it imports. */
const HERE = fileURLToPath(new URL('.', import.meta.url))
const CLIENT = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url))

/** A program that docs/clients.md shows, as it stands there, for a server at `endpoint`. */
export async function importFromPage(name: string, endpoint: string) {
  const [, after] = readFileSync(PAGE, 'utf8').split(`\`\`\`js ${name}\n`)
  const text = after?.split('\n```')[0]
  if (text === undefined) throw new Error(`docs/clients.md has no ${name}`)
  const folder = mkdtempSync(join(HERE, '.page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, name)
  const ours = text.replace("'sallyport/client'", JSON.stringify(CLIENT))
  writeFileSync(file, ours.replace('process.env.ENDPOINT', JSON.stringify(endpoint)))
  return import(/* @vite-ignore */ pathToFileURL(file).href)
}
