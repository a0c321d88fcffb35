import { existsSync } from 'node:fs'
import process from 'node:process'
import type { TestProject } from 'vitest/node'

const CHROMIUM = '/usr/bin/chromium'
export const MISSING = `${CHROMIUM} is missing: apt-get install chromium`

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser is; null: there is none, and its tests do not run. */
    chromium: string | null
  }
}

/** Where there is no browser, CI fails; anybody else is told what did not run, and how it would. */
export function setup(project: TestProject): void {
  const isThere = existsSync(CHROMIUM)
  project.provide('chromium', isThere ? CHROMIUM : null)
  if (isThere || process.env.CI === 'true') return
  console.warn(`\nThe tests in a browser did NOT run: ${MISSING}\n`)
}
