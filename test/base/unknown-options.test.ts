import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { apolloGuard } from '../../src/guard/apollo.js'
import { guardSchema, guardTypeDefs, useGuard } from '../../src/guard/index.js'
import { mercuriusGuard } from '../../src/guard/mercurius.js'
import { createKey, createSallyport } from '../../src/index.js'
import { limitsRule, useLimits } from '../../src/limits/index.js'

const SECRET = 'Zk8wq-19dpX3vLr6TyBn0mAeUcHj5sGf'
const schema = makeExecutableSchema({ typeDefs: [guardTypeDefs, 'type Query { shop: String @public }'] })
const unmarked = 'error'

describe('F24: an option that does not exist is refused by its name, with the one that was meant', () => {
  test.each<[string, (options: never) => unknown, object, string]>([
    ['useGuard', useGuard, { unmarked, policys: {} }, 'policys: is no option; the options are '],
    ['useGuard', useGuard, { unmarked, forignAnswers: 'judge' }, 'did you mean foreignAnswers?'],
    [
      'guardSchema',
      (options) => guardSchema(schema, options),
      { unmarked, policie: {} },
      'policie: is no option; did you mean policies?',
    ],
    [
      'guardSchema',
      (options) => guardSchema(schema, options),
      { unmarked, foreignAnswers: 'judge' },
      'foreignAnswers: is no option',
    ],
    [
      'directives',
      useGuard,
      { unmarked, directives: { aut: 'login' } },
      'directives.aut: is no option; did you mean auth?',
    ],
    [
      'apolloGuard',
      apolloGuard,
      { foreignAnswer: 'judge' },
      'foreignAnswer: is no option; did you mean foreignAnswers?',
    ],
    [
      'mercuriusGuard',
      (options) => mercuriusGuard({} as never, options),
      { validationRule: [] },
      'did you mean validationRules?',
    ],
    ['useLimits', useLimits, { maxDeph: 3 }, 'maxDeph: is no option; did you mean maxDepth?'],
    ['limitsRule', limitsRule, { depth: 3 }, 'depth: is no option; the options are maxTokens, '],
    [
      'createKey',
      createKey,
      { secret: SECRET, algoritm: 'HS256' },
      'algoritm: is no option; did you mean algorithm?',
    ],
    [
      'createClient',
      createClient,
      { url: '/graphql', delivry: 'cookie' },
      'delivry is no option; the options are url, delivery, ',
    ],
  ])('%s', (_, create, options, message) => {
    expect(() => create(options as never)).toThrow(message)
  })

  test('createSallyport and its methods', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const options = { dataDir, secret: SECRET, logger: false } as const
    const find = () => null
    await expect(
      createSallyport({ ...options, secret: undefined, keys: { find, sing: find } as never }),
    ).rejects.toThrow('keys.sing: is no option; the options are find, sign')
    const errors = { FORBIDEN: () => undefined }
    await expect(createSallyport({ ...options, errors } as never)).rejects.toThrow(
      'errors: "FORBIDEN" is no code of ours; did you mean FORBIDDEN?',
    )
    const sallyport = await createSallyport(options)
    onTestFinished(() => sallyport.close())
    await expect(sallyport.listen({ prot: 0 } as never)).rejects.toThrow(
      'prot: is no option; the options are port, host',
    )
    const input = { subject: 'ada', expiresin: '5m' } as never
    await expect(sallyport.tokens.issueAccess(input)).rejects.toThrow('did you mean expiresIn?')
    await expect(sallyport.tokens.issueRefresh(input)).rejects.toThrow('did you mean expiresIn?')
  })
})
