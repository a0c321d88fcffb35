import type {
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql'
import type { Verdict } from './decide.js'
import type { Demands } from './plan.js'
import type { Requirement } from './rule.js'
import type { TakenViewer } from './viewer.js'

/** A field that is judged before it resolves. */
export interface Site {
  readonly parentName: string
  readonly fieldName: string
  /** Of the guarded schema; null until that is there. */
  parentType: GraphQLObjectType | null
  readonly requirement: Requirement
  /** What it demands by itself, whatever it is given. */
  readonly demands: Demands
  /** Its arguments that are guarded, or can carry something guarded. */
  readonly inputs: readonly SiteInput[]
}

export interface SiteInput {
  readonly name: string
  readonly type: GraphQLInputType
  readonly requirement: Requirement
}

/** The verdict on an execution that is going on, with all that it depends on. */
export interface Judged {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly context: unknown
  verdict: Verdict | Promise<Verdict>
  /** As it was then, if the operation asks for the part of the schema that this viewer may reach; else null. */
  readonly viewer: TakenViewer | null
}

/**
 * Finds the verdict on the operation that a field runs in, if it was given to the same execution. It is kept on
 * `info.variableValues`, of which every execution makes a new one. Not in a WeakMap: an entry for each request cost the
 * garbage collector a tenth of the request. Types are compared, not their names: every field of a long list comes here, and
 * for two texts that are not one in memory, as these are not, V8 calls a function.
 */
export function recall(
  key: symbol,
  site: Site,
  context: unknown,
  info: GraphQLResolveInfo,
): Judged | undefined {
  const judged = (info.variableValues as { readonly [key: symbol]: Judged | undefined })[key]
  return judged !== undefined &&
    judged.context === context &&
    judged.operation === info.operation &&
    judged.schema === info.schema &&
    site.fieldName === info.fieldName &&
    site.parentType === info.parentType
    ? judged
    : undefined
}

/**
 * Whether `info` is about this field: a resolver may have called it with its own. By name, where `recall` goes by
 * identity: a root type that somebody put in place of ours, with our fields, has its operation judged at each of them.
 */
export function isAbout({ fieldName, parentName }: Site, info: GraphQLResolveInfo): boolean {
  return info.fieldName === fieldName && info.parentType.name === parentName
}

/** The guarded arguments that a call gives. */
export function givenInputs({ inputs }: Site, args: object): readonly SiteInput[] {
  return inputs.length === 0 ? inputs : inputs.filter(({ name }) => Object.hasOwn(args, name))
}
