/**
 * The guard's directives, in SDL: give them to whatever builds the schema, beside the host's own type definitions.
 * All helper types begin with `Auth`, because types that share a name are merged in silence.
 */
export const guardTypeDefs = /* GraphQL */ `
"""
Who may select this. Without arguments: the bearer of a valid access token. Arguments, and repeated directives, must all
hold. On a type, it counts for each of its fields and wherever the type is returned.
"""
directive @auth(
  "Any one of these roles."
  roles: [String!]
  "All scopes of any one of these lists."
  scopes: [[String!]!]
  "All of these claims."
  claims: [AuthClaimRule!]
  "Nobody is fine too; a bad token is refused."
  optional: Boolean = false
  "What becomes of the field when the rule does not hold."
  onDeny: AuthDenyMode! = REJECT
) repeatable on OBJECT | INTERFACE | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION

"Only with a token whose bearer gave the password recently: the token is fresh, or within so many seconds."
directive @fresh(
  "The most seconds since the password was given."
  maxAge: Int
) repeatable on OBJECT | INTERFACE | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION

"For everybody, also with a bad token: cancels the root type's rule, or the default for unmarked fields."
directive @public on FIELD_DEFINITION

"Only when the named functions of the server allow it: all policies of any one of these lists."
directive @policy(
  "All policies of any one of these lists."
  policies: [[String!]!]!
) repeatable on OBJECT | FIELD_DEFINITION

"A claim of the token, and the values that are accepted."
input AuthClaimRule {
  "The claim's name."
  name: String!
  "Any one of these. A claim that is a list must have one of them."
  in: [String!]!
}

"What becomes of a field whose rule does not hold."
enum AuthDenyMode {
  "The whole operation is refused before anything runs."
  REJECT
  "The field is null, with an error at its path."
  NULL
}
`

export type GuardDirective = 'auth' | 'fresh' | 'public' | 'policy'

/** Under which names the schema knows the guard's directives. */
export type DirectiveNames = Readonly<Record<GuardDirective, string>>

export const DIRECTIVE_NAMES: DirectiveNames = {
  auth: 'auth',
  fresh: 'fresh',
  public: 'public',
  policy: 'policy',
}
