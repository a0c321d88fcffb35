/** A mistake that somebody could make in the guard; the oracle must find it, or the tests that are named. */
export interface Fault {
  readonly name: string
  /** Below `src/guard`. */
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Below `test/guard`: what finds it where the oracle does not look, for it knows no servers. */
  readonly test?: string
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'of several requirements the first counts',
    file: 'rule.ts',
    find: 'const reject = new Set(demanding.flatMap',
    replace: 'const reject = new Set(demanding.slice(0, 1).flatMap',
  },
  {
    name: 'an interface’s own rule does not reach its implementors',
    file: 'requirements.ts',
    find: 'return allOf([type, ...type.getInterfaces()]',
    replace: 'return allOf([type]',
  },
  {
    name: 'the rule of an interface’s field does not reach its implementors',
    file: 'requirements.ts',
    find: '[parent, ...parent.getInterfaces()].map(({ name }) => this.#own',
    replace: '[parent].map(({ name }) => this.#own',
  },
  {
    name: 'to return an interface demands nothing',
    file: 'requirements.ts',
    find: 'isObjectType(returned) || isInterfaceType(returned) ?',
    replace: 'isObjectType(returned) ?',
  },
  {
    name: 'the rule of the parent type is forgotten',
    file: 'requirements.ts',
    find: 'const requirement = allOf([own, ofParent])',
    replace: 'const requirement = allOf([own])',
  },
  {
    name: 'unmarked: authenticated is public',
    file: 'requirements.ts',
    find: "if (this.#unmarked === 'public') return NOTHING",
    replace: "if (this.#unmarked !== 'error') return NOTHING",
  },
  {
    name: 'the rule of an interface’s argument does not reach its implementors',
    file: 'requirements.ts',
    find: 'const bearers = [parent, ...parent.getInterfaces()]',
    replace: 'const bearers = [parent]',
  },
  {
    name: 'of an abstract type the first member counts',
    file: 'possible-types.ts',
    find: 'for (const type of possible.types) {',
    replace: 'for (const type of possible.types.slice(0, 1)) {',
  },
  {
    name: 'fragments do not narrow',
    file: 'possible-types.ts',
    find: 'const narrowed = types.length === possible.types.length ? possible : this.#setOf(types)',
    replace: 'const narrowed = types.length === 0 ? this.#setOf(types) : possible',
  },
  {
    name: 'a fragment is compiled for the first types that it meets',
    file: 'compile.ts',
    find: 'const seen = blocks.get(possible.key)',
    replace: 'const [seen] = blocks.values()',
  },
  {
    name: 'a condition on a spread is forgotten',
    file: 'compile.ts',
    find: 'place.block.fragments.push({ conditions: place.conditions, block })',
    replace: 'place.block.fragments.push({ conditions: [], block })',
  },
  {
    name: 'a condition counts for the selection, not for what is in it',
    file: 'compile.ts',
    find: 'this.#visit(node.selectionSet, { ...place, parent: named, possible: step.returned })',
    replace:
      'this.#visit(node.selectionSet, { ...place, conditions: [], parent: named, possible: step.returned })',
  },
  {
    name: '@include(if: true) leaves out',
    file: 'conditions.ts',
    find: 'value.value === absentAt) return',
    replace: 'value.value) return',
  },
  {
    name: '@skip and @include by a variable are exchanged',
    file: 'conditions.ts',
    find: "!== (counts === 'unless true')",
    replace: "!== (counts === 'unless false')",
  },
  {
    name: 'the schema’s judge does not know the variables',
    file: 'conditions.ts',
    find: 'if (versionInfo.major < 17) return variableValues as Variables',
    replace: 'if (versionInfo.major < 17) return null',
  },
  {
    name: 'the adapter’s judge does not know the defaults of variables',
    file: 'conditions.ts',
    find: 'return variableValues?.coerced ?? coerced ?? null',
    replace: 'return variableValues?.coerced ?? (coerced && raw) ?? null',
  },
  {
    name: 'a bad token is not refused where the rule gives null',
    file: 'decide.ts',
    find: 'return isBad ? [...reject, ...nullify] : reject',
    replace: 'return isBad ? reject : reject',
  },
  {
    name: 'optional lets a bad token in',
    file: 'decide.ts',
    find: "rule.kind === 'optional' && viewer.kind === 'anonymous'",
    replace: "rule.kind === 'optional'",
  },
  {
    name: 'all roles are needed',
    file: 'decide.ts',
    find: 'rule.anyOf.some((role) =>',
    replace: 'rule.anyOf.every((role) =>',
  },
  {
    name: 'one scope of a list is enough',
    file: 'decide.ts',
    find: 'all.every((scope) => viewer.scopes.includes(scope))',
    replace: 'all.some((scope) => viewer.scopes.includes(scope))',
  },
  {
    name: 'every login is as fresh as a token without the claim',
    file: '../base/freshness.ts',
    find: 'return isWithin(authTime, maxAgeSeconds, time)',
    replace: 'return isWithin(authTime, time.freshForSeconds, time)',
  },
  {
    name: 'a login in the future is fresh',
    file: '../base/freshness.ts',
    find: 'authTime <= nowSeconds + leewaySeconds && nowSeconds',
    replace: 'nowSeconds',
  },
  {
    name: 'stale goes before forbidden',
    file: 'decide.ts',
    find: "['UNAUTHENTICATED', 'FORBIDDEN', 'FRESH_REQUIRED']",
    replace: "['UNAUTHENTICATED', 'FRESH_REQUIRED', 'FORBIDDEN']",
  },
  {
    name: 'a claim that is a number is none',
    file: 'decide.ts',
    find: 'rule.in.includes(String(one))',
    replace: 'rule.in.includes(one as string)',
  },
  {
    name: 'fragments are not looked into',
    file: 'decide.ts',
    find: 'blocks.add(fragment.block)',
    replace: 'blocks.has(fragment.block)',
  },
  {
    name: 'of a list of inputs the first counts',
    file: 'inputs.ts',
    find: 'for (const item of Array.isArray(value) ? value : [value])',
    replace: 'for (const item of Array.isArray(value) ? value.slice(0, 1) : [value])',
  },
  {
    name: 'inputs within inputs are not found',
    file: 'inputs.ts',
    find: 'if (isInputObjectType(named)) types.add(named)',
    replace: 'if (isInputObjectType(named)) types.has(named)',
  },
  {
    name: 'a whole-object variable is not looked into',
    file: 'compile-inputs.ts',
    find: 'block.probes.push({ variable: node.name.value, type, conditions, node })',
    replace: '',
  },
  {
    name: 'a variable that is not given counts as given',
    file: 'compile-inputs.ts',
    find: "conditions.push({ variable: value.name.value, counts: 'if given' })",
    replace: '',
  },
  {
    name: 'rules that give null are not judged',
    file: 'plan.ts',
    find: 'return [...reject, ...nullify]',
    replace: 'return [...reject]',
  },
  {
    name: 'what is denied does not give null',
    file: 'admission.ts',
    find: 'if (denial !== undefined) throw fieldError(denial, info)',
    replace: 'if (denial === null) throw fieldError(denial, info)',
  },
  {
    name: 'rules of one kind are taken for one rule',
    file: 'parse-rules.ts',
    find: 'const key = JSON.stringify(rule)',
    replace: 'const key = rule.kind',
  },
  {
    name: 'every execution counts as run, so that nobody asks whose an answer is',
    file: 'execution-mark.ts',
    find: 'const begun: Begun = { ran: false, asked,',
    replace: 'const begun: Begun = { ran: true, asked,',
    test: 'servers/envelop-answers.test.ts',
  },
  {
    name: 'what ran before, on the same context, counts for this execution',
    file: 'yoga.ts',
    find: 'begun.ran = false',
    replace: 'begun.ran ||= false',
    test: 'servers/yoga.test.ts',
  },
  {
    name: 'no answer is taken to hold data',
    file: 'foreign-answers.ts',
    find: 'return Symbol.asyncIterator in answer || data != null || !Array.isArray(errors)',
    replace: 'return false',
    test: 'servers/envelop-answers.test.ts',
  },
  {
    name: 'an input field that came later is let through',
    file: 'possible-types.ts',
    find: 'this.#requirements.inputs.requireRead(type)',
    replace: '',
    test: 'unusual-callers.test.ts',
  },
  {
    name: 'of an input type only its own fields are known to have been read',
    file: 'inputs.ts',
    find: 'const types = typesWithin(named)',
    replace: 'const types = new Set([named])',
    test: 'unusual-callers.test.ts',
  },
  {
    name: 'a root type that was put in place of ours is not known by its name',
    file: 'site.ts',
    find: 'function isAbout({ fieldName, parentName }: Site, info: GraphQLResolveInfo): boolean {',
    replace:
      'function isAbout({ fieldName, parentName, parentType }: Site, info: GraphQLResolveInfo): boolean {' +
      ' if (info.parentType !== parentType) return false',
    test: 'unusual-callers.test.ts',
  },
]
