import type { Fault } from './faults.js'

/** Mistakes that once survived every test: each names the test that was written for it. */
export const RULE_FAULTS: readonly Fault[] = [
  {
    name: 'of an argument’s rules that of the first implementor counts',
    file: 'possible-types.ts',
    find: 'if (!steps.some((step) => step.requirement === requirement)) steps.push',
    replace: 'if (steps.length === 0) steps.push',
    test: 'implementor-arguments.test.ts',
  },
  {
    name: 'a subscription that is executed as a query resolves unjudged',
    file: 'guard-schema.ts',
    find: 'sayingWhy(wrapResolve(given, site))',
    replace: 'sayingWhy(given ?? defaultFieldResolver)',
    test: 'other-executors.test.ts',
  },
  {
    name: 'a derived schema is judged by its own rules alone',
    file: 'admission.ts',
    find: "return there.kind === 'refused' ? there : alone()",
    replace: 'return judge === null ? alone() : there',
    test: 'derived-schemas.test.ts',
  },
  {
    name: 'a derived schema whose policies allowed is judged by its own rules alone',
    file: 'admission.ts',
    find: "(verdict.kind === 'refused' ? verdict : alone())",
    replace: 'verdict',
    test: 'derived-schemas.test.ts',
  },
  {
    name: 'rules that reject are not looked at again at the field',
    file: 'decide.ts',
    find: 'const found = [...reject, ...nullify].flatMap',
    replace: 'const found = [...nullify].flatMap',
    test: 'other-executors.test.ts',
  },
  {
    name: 'lists within claims are not copied',
    file: 'viewer.ts',
    find: 'Array.isArray(value) ? Object.freeze([...value]) : value,',
    replace: 'value,',
    test: 'policies.test.ts',
  },
  {
    name: 'claims that are frozen are taken for frozen within',
    file: 'viewer.ts',
    find: 'Object.isFrozen(claims) && Object.values(claims).every(isNoOpenList)',
    replace: 'Object.isFrozen(claims)',
    test: 'filtered-answers.test.ts',
  },
  {
    name: 'one policy can change the viewer for the next',
    file: 'policies.ts',
    find: 'Object.freeze(tell(viewer))',
    replace: 'tell(viewer)',
    test: 'policies.test.ts',
  },
  {
    name: 'one policy can change the roles for the next',
    file: 'policies.ts',
    find: 'roles: Object.freeze([...roles])',
    replace: 'roles: [...roles]',
    test: 'policies.test.ts',
  },
  {
    name: 'a claim that is no number is one',
    file: 'decide.ts',
    find: 'Number.isFinite(value)',
    replace: "typeof value === 'number'",
    test: 'rules.test.ts',
  },
]
