/**
 * Makes the command line, `dist/main.js`, of few files: ours and what we import, in `dist/server/`. To find, read and
 * compile five hundred modules took more than a third of a start. The package's other entries stay as they are compiled.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const OUTPUT = join(ROOT, 'dist/server')

/** These have native code, or find files of their own by where they lie. */
const EXTERNAL = ['@prisma/*', '@node-rs/argon2', 'pino']

rmSync(OUTPUT, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['dist/main.js'],
  outdir: 'dist',
  chunkNames: 'server/[name]-[hash]',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  external: EXTERNAL,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // One graphql for all: by 'main' it would be CommonJS to some and a module to others.
  mainFields: ['module', 'main'],
  // The CommonJS modules among them ask for Node's own with `require`, which a module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
  },
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(join(OUTPUT, 'LICENSES.txt'), listLicenses(Object.keys(metafile.inputs)))

/** What the licences of the packages ask for wherever their code goes, and which versions went in. */
function listLicenses(inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
  )
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license, repository } = JSON.parse(
      readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
    )
    const file = readdirSync(join(ROOT, folder)).find((one) => /^licen[cs]e/i.test(one))
    const text = file ? readFileSync(join(ROOT, folder, file), 'utf8').trim() : repository.url
    return `${name} ${version}, ${license}\n\n${text}\n`
  })
  return parts.join(`\n${'-'.repeat(80)}\n\n`)
}
