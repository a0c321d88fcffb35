/** What a document may have unless the operator or the host application says otherwise. */
export const LIMIT_DEFAULTS = {
  /** The introspection that tools send has some 300. */
  maxTokens: 5_000,
  maxDepth: 20,
  maxAliases: 30,
  maxRootFields: 30,
  maxCost: 2_000,
} as const
