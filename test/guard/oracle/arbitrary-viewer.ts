import fc from 'fast-check'
import type { Viewer } from '../../../src/guard/index.js'
import { NOW } from './rules.js'

export const arbitraryViewer: fc.Arbitrary<Viewer> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Viewer>({ kind: 'anonymous' }, { kind: 'expired' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('active' as const),
      roles: fc.subarray(['a', 'b']),
      scopes: fc.subarray(['x', 'y']),
      claims: fc.constantFrom({}, { tier: 'gold' }, { tier: 1 }, { tier: 'tin' }),
      fresh: fc.boolean(),
      authTime: fc.constantFrom(NOW, NOW - 61, NOW + 3600),
    }),
  },
)
