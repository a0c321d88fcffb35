import type { ASTNode, FragmentDefinitionNode, GraphQLInputType } from 'graphql'
import type { Condition } from './conditions.js'
import type { InputAtlas } from './inputs.js'
import type { Requirement, Rule } from './rule.js'

/** Where the client asked for something guarded. */
export interface Mention {
  /** As the client wrote it: a field selected through an interface is the interface's. */
  readonly coordinate: string
  readonly node: ASTNode
}

/** One selection of something guarded, or an input given to it. */
export interface Clause {
  readonly requirement: Requirement
  /** What must hold of the variables for this to count, from the block's beginning. */
  readonly conditions: readonly Condition[]
  /** Null where a field is judged on its own, and what the client wrote is not known. */
  readonly mention: Mention | null
}

/** A variable whose value may give guarded inputs. */
export interface Probe {
  readonly variable: string
  readonly type: GraphQLInputType
  readonly conditions: readonly Condition[]
  readonly node: ASTNode
}

/** A selection set with all that it contains, but for named fragments: those are blocks of their own, shared. */
export interface Block {
  readonly clauses: Clause[]
  readonly probes: Probe[]
  readonly fragments: { readonly conditions: readonly Condition[]; readonly block: Block }[]
}

/** What is demanded of whoever runs something. Free of any identity, hence the same for all. */
export interface Demands {
  /** Every rule that some clause may have. Where all hold, nothing else need be looked at. */
  readonly rules: readonly Rule[]
  readonly block: Block
  readonly inputs: InputAtlas
}

/** What an operation demands. */
export interface Plan extends Demands {
  /** The fragments that the plan was made from; with others it is another operation. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Whether it asks what the schema is, under whatever conditions. */
  readonly introspects: boolean
  /** Whether it asks for anything else but `__typename`. */
  readonly readsData: boolean
}

export type FindFragment = (name: string) => FragmentDefinitionNode | undefined

export function emptyBlock(): Block {
  return { clauses: [], probes: [], fragments: [] }
}

export function rulesOf({ reject, nullify }: Requirement): readonly Rule[] {
  return [...reject, ...nullify]
}

/** What is demanded, whatever the variables and whoever asks, outside of any document. */
export function demandsOf(requirements: Iterable<Requirement>, inputs: InputAtlas): Demands {
  const clauses = [...requirements].map((requirement) => ({ requirement, conditions: [], mention: null }))
  const rules = new Set(clauses.flatMap(({ requirement }) => rulesOf(requirement)))
  return { rules: [...rules], block: { ...emptyBlock(), clauses }, inputs }
}
