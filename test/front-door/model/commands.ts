import fc from 'fast-check'
import type { Model, Token } from './model.js'
import { type Choice, STEPS, signUp } from './steps.js'
import type { World } from './world.js'

const RECENT = 12

class Command implements fc.AsyncCommand<Model, World> {
  readonly #name: string
  readonly #picks: readonly [number, number, number]

  constructor(name: string, picks: readonly [number, number, number]) {
    this.#name = name
    this.#picks = picks
  }

  check = () => true

  async run(model: Model, world: World): Promise<void> {
    const [by, other, instance] = this.#picks
    if (liveOf(model).length === 0) await letSomebodyIn(model, world, by)
    const live = liveOf(model)
    // Mostly one that lives: what the others are refused for is soon seen.
    const bearer = pickFrom([...live, ...live, ...live, ...recent(model).filter(isAccess)], by)
    const choice = { by: bearer, other: pickFrom(othersFor(this.#name, model, bearer), other), instance }
    await STEPS[this.#name]?.(model, world, choice)
  }

  toString = () => `${this.#name}(${this.#picks.join(',')})`
}

function recent({ tokens }: Model): readonly Token[] {
  return tokens.slice(-RECENT)
}

function isAccess({ type }: Token): boolean {
  return type === 'access'
}

function liveOf(model: Model): readonly Token[] {
  return recent(model).filter((token) => model.judge(token) === null)
}

/** Where nobody is let in, every step is refused alike. */
async function letSomebodyIn(model: Model, world: World, pick: number): Promise<void> {
  const enabled = recent(model).filter(({ session }) => session.account.state === 'enabled')
  if (enabled.length === 0) return signUp(model, world)
  const token = pickFrom(enabled, pick)
  await STEPS.logIn?.(model, world, { by: token, other: token, instance: 0 })
}

/** What a step is done to: mostly what is the bearer's, and what makes a difference. */
function othersFor(name: string, model: Model, by: Token): readonly Token[] {
  const all = recent(model)
  const own = all.filter(({ session }) => session.account === by.session.account)
  const mostlyOwn = [...own, ...own, ...all]
  if (name === 'refresh') return orElse(mostlyOwn.filter(isOfLiveRefresh), all)
  if (name !== 'revoke') return mostlyOwn
  // Those that another took the place of.
  const parents = own.filter((token) => model.heirsOf(token).some((heir) => model.judge(heir) === null))
  return orElse(parents, mostlyOwn)
}

function isOfLiveRefresh({ type, session }: Token): boolean {
  return type === 'refresh' && !session.ended
}

/** Until something begins or ends by itself, or the second before. */
class Wait implements fc.AsyncCommand<Model, World> {
  readonly #edge: number
  readonly #before: number

  constructor(edge: number, before: number) {
    this.#edge = edge
    this.#before = before
  }

  check = () => true

  async run(model: Model, world: World): Promise<void> {
    const live = model.tokens.filter(({ session, revoked }) => !session.ended && revoked === null)
    pass(model, world, pickFrom(orElse(model.edgesOf(live), [1]), this.#edge) - this.#before)
  }

  toString = () => `wait(edge ${this.#edge}, ${this.#before} s before)`
}

/** The same for one token, which is presented on that very second, or on the one before. */
class PresentAtEdge implements fc.AsyncCommand<Model, World> {
  readonly #token: number
  readonly #edge: number
  readonly #before: number

  constructor(token: number, edge: number, before: number) {
    this.#token = token
    this.#edge = edge
    this.#before = before
  }

  check = () => true

  async run(model: Model, world: World): Promise<void> {
    const token = await this.#choose(model, world)
    pass(model, world, pickFrom(orElse(model.edgesOf([token]), [1]), this.#edge) - this.#before)
    const choice: Choice = { by: token, other: token, instance: 0 }
    await STEPS[token.type === 'refresh' ? 'refresh' : 'use']?.(model, world, choice)
  }

  /** One that is good for a moment more, one that may have an heir (an heir of another first), or any. */
  async #choose(model: Model, world: World): Promise<Token> {
    const all = recent(model)
    const current = all.filter((token) => !token.session.ended && !model.isPast(token))
    const among = Math.floor(this.#token / 3)
    if (this.#token % 3 === 0) {
      const exchanged = current.filter((token) => model.isWithinWindow(token))
      if (exchanged.length > 0) return pickFrom(exchanged, among)
      const token = pickFrom(orElse(current.filter(isOfLiveRefresh), all), among)
      await STEPS.refresh?.(model, world, { by: token, other: token, instance: 0 })
      return token
    }
    const young = liveOf(model).filter(({ successor }) => successor === null)
    const heirs = young.filter((token) => model.tokens.some(({ successor }) => successor === token))
    const sliding = orElse(heirs, young)
    return pickFrom(orElse(this.#token % 3 === 1 ? sliding : current, orElse(current, all)), among)
  }

  toString = () => `presentAtEdge(${this.#token}, edge ${this.#edge}, ${this.#before} s before)`
}

function pass(model: Model, world: World, seconds: number): void {
  model.pass(Math.max(0, seconds))
  world.one.clock.advance(Math.max(0, seconds))
}

function pickFrom<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

function orElse<T>(list: readonly T[], otherwise: readonly T[]): readonly T[] {
  return list.length > 0 ? list : otherwise
}

const pick = fc.nat({ max: 5 * RECENT })
/** Mostly the first instance: the other is a poll behind, which takes time to wait for. */
const instance = fc.constantFrom(0, 0, 0, 1)
/** What people do all day, and what ends so much that little can follow it. */
const USUAL = [
  'use',
  'refresh',
  'refresh',
  'refresh',
  'logIn',
  'revoke',
  'revoke',
  'unrevoke',
  'revokeSession',
  'revokeOthers',
  'reauthenticate',
  'setRoles',
  'restart',
]
const names = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...USUAL) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(STEPS)) },
)
const edge = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 2 }) },
  { weight: 1, arbitrary: fc.nat({ max: 20 }) },
)
const before = fc.constantFrom(0, 0, 1)
const doing = fc.tuple(names, pick, pick, instance)

export const steps = fc.commands(
  [
    doing.map(([name, by, other, where]) => new Command(name, [by, other, where])),
    doing.map(([name, by, other, where]) => new Command(name, [by, other, where])),
    fc.tuple(edge, before).map(([which, how]) => new Wait(which, how)),
    fc.tuple(pick, edge, before).map(([token, which, how]) => new PresentAtEdge(token, which, how)),
  ],
  { maxCommands: 80, size: 'max' },
)
