import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import type { Admission } from './admission.js'
import { tellNamesOf } from './conceal-names.js'
import { requireOwnIntrospectionTypes } from './introspection-types.js'
import { replaceMetaFields } from './meta-fields.js'
import type { GuardConfig } from './options.js'
import { demandsOf } from './plan.js'
import type { Requirements } from './requirements.js'
import { SchemaViews } from './schema-views.js'
import type { Site } from './site.js'
import { takeViewer } from './viewer.js'

interface Parts {
  readonly requirements: Requirements
  readonly admission: Admission
  readonly config: GuardConfig
}

/** Has `__schema` and `__type` of a guarded schema judged as its root fields are, and answered for whoever asks. */
export function guardIntrospection(schema: GraphQLSchema, { requirements, admission, config }: Parts): void {
  const parentType = schema.getQueryType() ?? null
  const requirement = requirements.ofIntrospection({ canFilter: true })
  const views = config.introspection === 'filtered' ? new SchemaViews(schema, requirements) : null
  if (views !== null) tellNamesOf(schema, () => views.viewFor(takeViewer({ kind: 'anonymous' })))

  function show(site: Site, context: unknown, info: GraphQLResolveInfo): GraphQLSchema {
    if (views === null) return schema
    requireOwnIntrospectionTypes()
    return views.viewFor(admission.viewerOf(site, context, info))
  }

  replaceMetaFields(schema, (name, fieldName) => {
    const site: Site = {
      parentName: parentType?.name ?? '',
      fieldName,
      parentType,
      requirement,
      demands: demandsOf([requirement], requirements.inputs),
      inputs: [],
    }
    return (_source, args, context, info) => {
      const answer = () => {
        const shown = show(site, context, info)
        return name === '__schema' ? shown : shown.getType(String(args.name))
      }
      const waiting = admission.admit(site, args, context, info)
      return waiting === undefined ? answer() : waiting.then(answer)
    }
  })
}
