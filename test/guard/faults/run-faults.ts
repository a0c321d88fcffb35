/**
 * Applies each fault to a copy of the guard and has the oracle look for it, or the tests that it names:
 * `npx tsx test/guard/faults/run-faults.ts`, or with a part of a fault's name for some only. Fails where a fault is not
 * found within a minute, or where the guard as it is is found faulty.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FAULTS, type Fault } from './faults.js'
import { INTROSPECTION_FAULTS } from './introspection-faults.js'
import { RULE_FAULTS } from './rule-faults.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const LIMIT_MILLISECONDS = 60_000
const CONFIG = `export default {
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: { include: ['test/guard/**/*.test.ts'] },
}`

const ORACLE = 'oracle/oracle.test.ts'

const wanted = process.argv[2] ?? ''
const folder = await mkdtemp(join(tmpdir(), 'faults-'))
try {
  await copyGuard()
  process.exitCode = (await findAll(
    [...FAULTS, ...INTROSPECTION_FAULTS, ...RULE_FAULTS].filter(({ name }) => name.includes(wanted)),
  ))
    ? 0
    : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function copyGuard(): Promise<void> {
  for (const path of ['src/guard', 'src/base', 'test/guard', 'package.json', 'tsconfig.json']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'vitest.config.mjs'), CONFIG)
}

async function findAll(faults: readonly Fault[]): Promise<boolean> {
  let allFound = true
  for (const test of new Set([ORACLE, ...faults.flatMap(({ test }) => test ?? [])])) {
    const sound = await runTests(test, 100)
    console.log(`${sound === 'passed' ? 'ok  ' : 'BAD '} the guard as it is, by ${test}: ${sound}`)
    allFound &&= sound === 'passed'
  }
  for (const fault of faults) {
    const start = performance.now()
    const outcome = await findOne(fault)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${outcome === 'failed' ? 'ok  ' : 'BAD '} ${fault.name}: ${outcome} (${seconds} s)`)
    allFound &&= outcome === 'failed'
  }
  return allFound
}

async function findOne({ file, find, replace, test = ORACLE }: Fault): Promise<string> {
  const path = join(folder, 'src/guard', file)
  const source = await readFile(path, 'utf8')
  // Formatting may have broken the line; the fault must fit exactly once.
  if (source.split(find).length !== 2) return 'does not fit the source'
  await writeFile(path, source.replace(find, replace))
  try {
    return await runTests(test, 5000)
  } finally {
    await writeFile(path, source)
  }
}

/** Passed, failed, or too long. */
function runTests(test: string, oracleRuns: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--bail', '1', `test/guard/${test}`],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ORACLE_RUNS: String(oracleRuns), ORACLE_SHRINKS: 'no' },
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill(), LIMIT_MILLISECONDS)
    child.on('close', (code) => {
      clearTimeout(timer)
      // A copy that does not even load proves nothing.
      const isFound = output.includes(test.startsWith('oracle/') ? 'Property failed after' : 'AssertionError')
      resolve(code === 0 ? 'passed' : isFound ? 'failed' : 'stopped without a verdict')
    })
  })
}
