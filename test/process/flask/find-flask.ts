import { spawnSync } from 'node:child_process'
import process from 'node:process'
import type { TestProject } from 'vitest/node'

/** Debian's, which has Debian's packages; another for another release of Flask-JWT-Extended. */
const PYTHON = process.env.FLASK_PYTHON ?? '/usr/bin/python3'
export const MISSING = `${PYTHON} lacks Flask-JWT-Extended: apt-get install python3-python-flask-jwt-extended python3-cryptography`

declare module 'vitest' {
  interface ProvidedContext {
    /** A Python that has Flask-JWT-Extended; null: there is none, and its tests do not run. */
    flaskPython: string | null
  }
}

/** Where there is no Flask-JWT-Extended, CI fails; anybody else is told what did not run, and how it would. */
export function setup(project: TestProject): void {
  const isThere =
    spawnSync(PYTHON, ['-c', 'import flask_jwt_extended, cryptography'], { stdio: 'ignore' }).status === 0
  project.provide('flaskPython', isThere ? PYTHON : null)
  if (isThere || process.env.CI === 'true') return
  console.warn(`\nThe tests with a Flask service did NOT run: ${MISSING}\n`)
}
