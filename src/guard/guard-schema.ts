import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  defaultFieldResolver,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { variablesOf } from './conditions.js'
import type { Verdict } from './decide.js'
import { Judge, Judges } from './judge.js'
import { type GuardConfig, type GuardOptions, resolveGuardOptions } from './options.js'
import { type Demands, demandsOf } from './plan.js'
import { refusalError } from './refusal.js'
import { type Requirements, readRequirements } from './requirements.js'
import { isNothing } from './rule.js'

type Resolver = GraphQLFieldResolver<unknown, unknown>
type FieldConfig = GraphQLFieldConfig<unknown, unknown>

/** A field that is judged before it resolves. */
interface Site {
  readonly parentName: string
  readonly fieldName: string
  readonly demands: Demands
}

/** The verdict on an execution that is going on, with all that it depends on. */
interface Judged {
  readonly operation: OperationDefinitionNode
  readonly context: unknown
  readonly verdict: Verdict
}

const JUDGES = new WeakMap<GraphQLSchema, Judge>()

/**
 * A copy of the schema in which nothing runs before the guard allows it: the first root field to run judges the whole
 * operation. Throws `GuardSchemaError` where the directives contradict each other or would not be enforced, and
 * `OptionError`.
 */
export function guardSchema(schema: GraphQLSchema, options: GuardOptions): GraphQLSchema {
  return guardSchemaWith(schema, resolveGuardOptions(options))
}

export function guardSchemaWith(schema: GraphQLSchema, config: GuardConfig): GraphQLSchema {
  const guard = new SchemaGuard(schema, config)
  JUDGES.set(guard.schema, guard.judge)
  return guard.schema
}

/** The judge of a schema that `guardSchema` answered; undefined for any other. */
export function findSchemaJudge(schema: GraphQLSchema): Judge | undefined {
  return JUDGES.get(schema)
}

class SchemaGuard {
  readonly schema: GraphQLSchema
  readonly judge: Judge
  readonly #judges: Judges
  /** By `info.variableValues`, of which every execution makes a new one. */
  readonly #judged = new WeakMap<object, Judged>()

  constructor(schema: GraphQLSchema, config: GuardConfig) {
    const requirements = readRequirements(schema, config)
    this.schema = this.#wrapFields(schema, requirements)
    this.judge = new Judge(this.schema, requirements, config)
    this.#judges = new Judges(config)
  }

  #wrapFields(schema: GraphQLSchema, requirements: Requirements): GraphQLSchema {
    return mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: (field: FieldConfig, fieldName, parentName) => {
        const requirement = requirements.ofField(parentName, fieldName)
        if (isNothing(requirement)) return undefined
        return this.#wrapField(field, { parentName, fieldName, demands: demandsOf(requirement) })
      },
      [MapperKind.ROOT_FIELD]: (field: FieldConfig, fieldName, parentName) => {
        const demands = demandsOf(requirements.ofField(parentName, fieldName))
        return this.#wrapField(field, { parentName, fieldName, demands })
      },
      [MapperKind.SUBSCRIPTION_ROOT_FIELD]: (field: FieldConfig, fieldName, parentName) => {
        const site: Site = {
          parentName,
          fieldName,
          demands: demandsOf(requirements.ofField(parentName, fieldName)),
        }
        const subscribe = this.#wrap(site, field.subscribe ?? defaultFieldResolver)
        return { ...this.#wrapField(field, site), subscribe }
      },
    })
  }

  #wrapField(field: FieldConfig, site: Site): FieldConfig {
    return { ...field, resolve: this.#wrap(site, field.resolve ?? defaultFieldResolver) }
  }

  /** Without a promise: one for each field of a long list would cost more than all checks together. */
  #wrap(site: Site, resolve: Resolver): Resolver {
    return (source, args, context, info) => {
      this.#admit(site, context, info)
      return resolve(source, args, context, info)
    }
  }

  #admit(site: Site, context: unknown, info: GraphQLResolveInfo): void {
    const verdict = this.#verdictOn(site, context, info)
    if (verdict.kind === 'refused') throw refusalError(verdict.refusal)
  }

  #verdictOn(site: Site, context: unknown, info: GraphQLResolveInfo): Verdict {
    if (info.schema !== this.schema) return this.#judgeElsewhere(site, context, info)
    // A resolver may have called this one with its own `info`: that verdict is not about this field.
    if (info.fieldName !== site.fieldName || info.parentType.name !== site.parentName) {
      return this.judge.judgeAlone(site.demands, context)
    }
    const judged = this.#judged.get(info.variableValues)
    if (judged !== undefined && judged.operation === info.operation && judged.context === context) {
      return judged.verdict
    }
    if (info.path.prev !== undefined) return this.judge.judgeAlone(site.demands, context)
    const verdict = judgeInfo(this.judge, context, info)
    this.#judged.set(info.variableValues, { operation: info.operation, context, verdict })
    return verdict
  }

  /** Within a schema that somebody made of ours: it may have renamed fields or lost directives, so both are asked. */
  #judgeElsewhere(site: Site, context: unknown, info: GraphQLResolveInfo): Verdict {
    const judge = info.path.prev === undefined ? this.#judges.findJudge(info.schema) : null
    const verdict = judge === null ? null : judgeInfo(judge, context, info)
    return verdict?.kind === 'refused' ? verdict : this.judge.judgeAlone(site.demands, context)
  }
}

function judgeInfo(judge: Judge, context: unknown, info: GraphQLResolveInfo): Verdict {
  const { operation, fragments, variableValues } = info
  return judge.judge({
    operation,
    findFragment: (name) => (Object.hasOwn(fragments, name) ? fragments[name] : undefined),
    context,
    variables: () => variablesOf(operation, variableValues),
  })
}
