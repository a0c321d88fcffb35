import type { GraphQLSchema } from 'graphql'
import type { Admission, Site } from './admission.js'
import { type MetaName, replaceMetaFields } from './meta-fields.js'
import { demandsOf } from './plan.js'
import type { Requirements } from './requirements.js'

/** Has `__schema` and `__type` of a guarded schema judged as its root fields are. */
export function guardIntrospection(
  schema: GraphQLSchema,
  { requirements, admission }: { requirements: Requirements; admission: Admission },
): void {
  const parentType = schema.getQueryType() ?? null
  const requirement = requirements.introspection

  const show: Readonly<Record<MetaName, (name: unknown) => unknown>> = {
    __schema: () => schema,
    __type: (name) => schema.getType(String(name)),
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
      const waiting = admission.admit(site, args, context, info)
      return waiting === undefined ? show[name](args.name) : waiting.then(() => show[name](args.name))
    }
  })
}
