import { afterAll, expect } from 'vitest'
import { takeLeaks } from './leaks.js'

// For every file of tests: whatever its servers logged, no token, password or cookie that it used is among it.
afterAll(() => {
  expect(takeLeaks()).toEqual([])
})
