import type { Rule } from './rule.js'

/** Who may ask what the schema is: nobody, who is logged in, everybody; or everybody for what they may reach. */
export type Introspection = 'off' | 'authenticated' | 'public' | 'filtered'

const RULES: Readonly<Record<Introspection, readonly Rule[]>> = {
  off: [{ kind: 'never' }],
  authenticated: [{ kind: 'active' }],
  public: [],
  // A bad token is refused: it would be shown as little as none, and its bearer not told why.
  filtered: [{ kind: 'optional' }],
}

/** What introspection demands; where it cannot be filtered for whoever asks, that is more than anybody can meet. */
export function rulesOfIntrospection(
  introspection: Introspection,
  { canFilter }: { canFilter: boolean },
): readonly Rule[] {
  return RULES[introspection === 'filtered' && !canFilter ? 'off' : introspection]
}
