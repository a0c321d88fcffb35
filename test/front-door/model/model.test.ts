import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { findBreaches } from '../../support/invariants.js'
import { openReader } from '../../support/read-database.js'
import { steps } from './commands.js'
import { createModel } from './model.js'
import { signUp } from './steps.js'
import { LIMITS, startInstance, World } from './world.js'

const IS_SOAK = inject('soakRounds') > 0
/** On a slow machine fewer of them, which is said, and the soak fails; what fails is made smaller only as long as that. */
const LIMIT_MS = IS_SOAK ? 3_600_000 : 60_000
const RUNS = inject('soakRounds') || 20

test('whatever two people do, in whatever order, on two instances, is what the model says', {
  timeout: 2 * LIMIT_MS,
  // Another try has other steps, and would hide what this one found.
  retry: 0,
}, async () => {
  const one = await startInstance()
  const servers = [one, await startInstance(one)]
  const reader = await openReader(one.databaseUrl)
  let runs = 0
  let asked = 0
  try {
    const property = fc.asyncProperty(steps, async (sequence) => {
      const model = createModel(LIMITS)
      const world = new World(servers)
      await signUp(model, world)
      await signUp(model, world)
      await fc.asyncModelRun(() => ({ model, real: world }), sequence)
      for (const token of model.tokens) await world.expectJudged(one, model, token)
      for (const token of model.tokens) {
        if (!model.isPast(token)) await world.expectJudged(world.at(1), model, token)
      }
      expect(findBreaches(await reader.read())).toEqual([])
      runs++
      asked += [...sequence].length
    })
    await fc.assert(property, {
      ...{ numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: IS_SOAK },
    })
  } finally {
    await reader.close()
  }
  if (IS_SOAK || runs < RUNS) console.log(`${runs} of ${RUNS} runs, ${asked} steps`)
})
