import fc from 'fast-check'
import type { Model, Token } from './model.js'
import { type Choice, STEPS } from './steps.js'
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
    const access = model.tokens.slice(-RECENT).filter(({ type }) => type === 'access')
    // Mostly one that lives: what the others are refused for is soon seen.
    const live = access.filter((token) => model.judge(token) === null)
    await STEPS[this.#name]?.(model, world, {
      by: pickFrom([...live, ...live, ...access], by),
      other: pickFrom(othersFor(this.#name, model), other),
      instance,
    })
  }

  toString = () => `${this.#name}(${this.#picks.join(',')})`
}

/** What a step is done to: mostly what makes a difference. */
function othersFor(name: string, model: Model): readonly Token[] {
  const recent = model.tokens.slice(-RECENT)
  if (name === 'refresh') return orElse(recent.filter(isOfLiveRefresh), recent)
  if (name !== 'revoke') return recent
  // Those that another took the place of.
  const parents = recent.filter((token) => model.heirsOf(token).some((heir) => model.judge(heir) === null))
  return [...parents, ...parents, ...parents, ...recent]
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
    const recent = model.tokens.slice(-RECENT)
    const current = recent.filter((token) => !token.session.ended && !model.isPast(token))
    // Mostly one that is good for a moment more, or that took another's place.
    const exchanged = current.filter((token) => model.isWithinWindow(token))
    const heirs = current.filter((token) => model.tokens.some(({ successor }) => successor === token))
    const token = pickFrom([...exchanged, ...exchanged, ...heirs, ...orElse(current, recent)], this.#token)
    pass(model, world, pickFrom(orElse(model.edgesOf([token]), [1]), this.#edge) - this.#before)
    const choice: Choice = { by: token, other: token, instance: 0 }
    await STEPS[token.type === 'refresh' ? 'refresh' : 'use']?.(model, world, choice)
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
  'unrevoke',
  'revokeSession',
  'revokeOthers',
  'reauthenticate',
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
  { maxCommands: 60, size: 'max' },
)
