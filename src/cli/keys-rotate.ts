import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../base/duration.js'
import { OptionError } from '../base/errors.js'
import type { Algorithm } from '../base/key-options.js'
import type { RotationPlan } from '../keys/rotation.js'
import type { StoredKey } from '../keys/stored-key.js'
import { showTime, showWait } from './describe-key.js'
import { openKeys } from './open-keys.js'
import type { Process } from './process.js'
import { readAlgorithm } from './read-algorithm.js'

interface Rotate {
  alg?: Algorithm
  every?: number
  tokenLife?: number
  json?: true
}

export function keysRotateCommand({ env, stdout }: Process): Command {
  return new Command('rotate')
    .description('Make the next key, and remove those that are retired. No request is refused for it.')
    .option(
      '--alg <algorithm>',
      'what the next key signs with (default: what the present one does)',
      readAlgorithm,
    )
    .option('--every <duration>', 'only if the key that signs is so old, such as 90d', readDuration)
    .option(
      '--token-life <duration>',
      'the longest life that a token was ever given, where that is longer than the options say',
      readDuration,
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
While the next key does not sign yet, nothing is done: run it as often as you like, from cron, on several machines at
once. With --every it rotates by itself. Run it now and then in any case: it removes what is retired.`,
    )
    .action(async ({ alg: algorithm, every: everySeconds = 0, tokenLife = 0, json }: Rotate) => {
      const { store, folder, rules, now } = openKeys(env)
      const { longestTokenSeconds: longest } = rules
      const longestTokenSeconds = longest === null ? null : Math.max(longest, tokenLife)
      const { plan, made, removed } = await store.rotate({
        ...rules,
        longestTokenSeconds,
        everySeconds,
        algorithm,
      })
      if (plan.kind === 'empty') {
        throw new OptionError('keysDir', `${folder} has no key that signs; make one by: sallyport keys add`)
      }
      stdout.write(json ? renderJson(plan, made, removed) : renderText(plan, { made, removed, now }))
    })
}

type Plan = Exclude<RotationPlan, { kind: 'empty' }>

function renderJson(plan: Plan, made: StoredKey | null, removed: readonly StoredKey[]): string {
  const facts = {
    outcome: plan.kind === 'rotate' ? 'rotated' : plan.kind,
    made: made && { kid: made.kid, alg: made.algorithm, file: made.file },
    activeFrom: plan.kind === 'rotate' ? showTime(plan.activeFrom) : null,
    formerRetiredAt:
      plan.kind === 'rotate' && plan.formerRetiredAt !== null ? showTime(plan.formerRetiredAt) : null,
    removed: removed.map(({ kid }) => kid),
  }
  return `${JSON.stringify(facts, null, 2)}\n`
}

function renderText(
  plan: Plan,
  { made, removed, now }: { made: StoredKey | null; removed: readonly StoredKey[]; now: number },
): string {
  const lines = removed.map(({ kid, file }) => `Removed the retired key ${kid} (${file}).`)
  if (plan.kind === 'underWay') {
    const { kid, activeFrom } = plan.next
    lines.push(`A rotation is under way: ${kid} signs from ${showTime(activeFrom)} on. Nothing to do.`)
  }
  if (plan.kind === 'early') {
    lines.push(`The key that signs, ${plan.signing.kid}, is due on ${showTime(plan.dueAt)}. Nothing to do.`)
  }
  if (plan.kind === 'rotate' && made !== null) {
    const { activeFrom, formerRetiredAt, signing } = plan
    lines.push(
      `Made ${made.algorithm} key ${made.kid} (${made.file}).`,
      `  now                   it is published, and verifies on every server that has read it`,
      `  ${showTime(activeFrom)}  it signs (${showWait(activeFrom - now)})`,
      formerRetiredAt === null
        ? `  never                 ${signing.kid} retires: some tokens never expire`
        : `  ${showTime(formerRetiredAt)}  ${signing.kid} retires (${showWait(formerRetiredAt - now)}); a later \`keys rotate\` removes it`,
    )
  }
  return lines.map((line) => `${line}\n`).join('')
}

function readDuration(value: string): number {
  const seconds = parseDuration(value)
  if (seconds === null) throw new InvalidArgumentError('It must be a duration: seconds, or such as 12h, 90d.')
  return seconds
}
