import { versionInfo } from 'graphql'
import { expect, inject, test } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    graphqlMajor: 16 | 17
  }
}

test('this suite runs on the graphql that its project names', () => {
  expect(versionInfo.major).toBe(inject('graphqlMajor'))
})
