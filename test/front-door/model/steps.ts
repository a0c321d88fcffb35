import { expect } from 'vitest'
import { newName } from '../../support/server.js'
import type { Account, Model, Refusal, Session, Token } from './model.js'
import { expectRefusal, type World } from './world.js'

export interface Choice {
  readonly by: Token
  readonly other: Token
  readonly instance: number
}

/** One thing that somebody does: to the model and to the servers, which must agree. */
type Step = (model: Model, world: World, choice: Choice) => Promise<void>

const password = (account: Account) => `correct horse ${account.password}`
const PAIR = '{ accessToken refreshToken }'

// biome-ignore lint/suspicious/noExplicitAny: an answer's data
function takePair(world: World, session: Session, pair: any): void {
  world.expectToBe(session.access, pair.accessToken)
  world.expectToBe(session.refresh, pair.refreshToken)
}

/** A mutation with an access token that changes what the model says, and answers no tokens. */
function changing(
  document: (world: World, choice: Choice) => string,
  change: (m: Model, c: Choice) => Refusal,
): Step {
  return async (model, world, choice) => {
    const { by, instance } = choice
    const expected = change(model, choice)
    const answer = await world.ask(world.at(instance), by, `mutation { ${document(world, choice)} }`)
    expectRefusal(answer.code, expected)
    world.expectSuccessor(model, by, answer)
    if (model.judge(by) === null) await world.expectSessions(world.at(instance), model, by)
  }
}

export const STEPS: Record<string, Step> = {
  async signUp(model, world) {
    await signUp(model, world)
  },

  async logIn(model, world, { by, instance }) {
    const { account } = by.session
    const input = `{ username: "${account.name}", password: "${password(account)}" }`
    const { code, data } = await world.at(instance).ask(`mutation { login(input: ${input}) ${PAIR} }`)
    const expected = model.logIn(account, account.password)
    if (typeof expected === 'string' || expected === null) expect(code).toBe(expected)
    else takePair(world, expected, data.login)
  },

  async logInWithTheWrongPassword(model, world, { by, instance }) {
    const { account } = by.session
    const input = `{ username: "${account.name}", password: "a wrong password" }`
    const { code } = await world.at(instance).ask(`mutation { login(input: ${input}) ${PAIR} }`)
    expect(code).toBe(model.logIn(account, account.password + 1))
  },

  /** With the current, a previous or a stolen one: whichever it is. */
  async refresh(model, world, { other, instance }) {
    const { code, data } = await world.at(instance).refresh(world.rawOf(other))
    const expected = model.refresh(other)
    expect(code ?? null).toBe(expected)
    if (expected === null) takePair(world, other.session, data.refresh)
  },

  async refreshTwiceAtOnce(model, world, { by }) {
    const token = by.session.refresh
    const answers = await Promise.all(world.servers.map((server) => server.refresh(world.rawOf(token))))
    const expected = model.refresh(token)
    for (const { code, data } of answers) {
      expect(code ?? null).toBe(expected)
      if (expected === null) takePair(world, token.session, data.refresh)
    }
  },

  async reauthenticate(model, world, { by, instance }) {
    const expected = model.reauthenticate(by)
    const document = `mutation { reauthenticate(password: "${password(by.session.account)}") ${PAIR} }`
    const { code, data } = await world.ask(world.at(instance), by, document)
    if (typeof expected === 'string' || expected === null) expectRefusal(code, expected)
    else world.expectToBe(expected, data.reauthenticate.accessToken)
  },

  async changePassword(model, world, { by, instance }) {
    const { account } = by.session
    const before = password(account)
    const expected = model.changePassword(by)
    const after = `correct horse ${account.password}`
    const document = `mutation { changePassword(currentPassword: "${before}", newPassword: "${after}") ${PAIR} }`
    const { code, data } = await world.ask(world.at(instance), by, document)
    if (typeof expected === 'string' || expected === null) expectRefusal(code, expected)
    else takePair(world, expected, data.changePassword)
  },

  use: (model, world, { by, instance }) => world.expectJudged(world.at(instance), model, by),

  async revoke(model, world, choice) {
    await changing(
      (_world, { other }) => `revoke(jti: "${world.idOf(other).jti}") { jti }`,
      (_model, { by, other }) => model.revoke(by, other),
    )(model, world, choice)
    for (const token of [choice.other, ...model.heirsOf(choice.other)]) {
      await world.expectJudged(world.at(choice.instance), model, token)
    }
  },

  async unrevoke(model, world, choice) {
    await changing(
      (_world, { other }) => `unrevoke(jti: "${world.idOf(other).jti}") { jti }`,
      (_model, { by, other }) => model.unrevoke(by, other),
    )(model, world, choice)
    for (const server of world.servers) await world.expectJudged(server, model, choice.other)
  },

  async logOut(model, world, { other, instance }) {
    const document = `mutation { logout(refreshToken: "${world.rawOf(other)}") { ended } }`
    const { data } = await world.at(instance).ask(document)
    expect(data).toEqual({ logout: { ended: model.logOut(other) } })
  },

  revokeSession: changing(
    (world, { other }) => `revokeSession(id: "${world.idOf(other).sid}") { id }`,
    (model, { by, other }) => model.revokeSession(by, other.session),
  ),
  revokeOthers: changing(
    () => 'revokeOtherSessions',
    (model, { by }) => model.revokeOthers(by),
  ),
  revokeAll: changing(
    () => 'revokeAllSessions',
    (model, { by }) => model.revokeAll(by),
  ),
  deleteAccount: changing(
    () => 'deleteAccount',
    (model, { by }) => model.deleteAccount(by),
  ),

  async setRoles(model, world, { by: { session } }) {
    const { token, act } = await world.admin()
    const roles = [`role-${session.account.roles + 1}`]
    const { code } = await act.setRoles(token, world.ids.get(session.account) ?? '', roles)
    expect(code ?? null).toBe(model.setRoles(session.account))
  },
  disable: (model, world, choice) => setDisabled(model, world, choice, true),
  enable: (model, world, choice) => setDisabled(model, world, choice, false),

  /** What was revoked before is so for an instance that begins only now. */
  async restart(model, world) {
    const server = await world.restart()
    const told = model.tokens.filter((token) => token.revoked !== null && !model.isPast(token))
    for (const token of told) await world.expectJudged(server, model, token)
  },
}

async function setDisabled(model: Model, world: World, { by }: Choice, disabled: boolean): Promise<void> {
  const { token, act } = await world.admin()
  const { account } = by.session
  const { code } = await act.setDisabled(token, world.ids.get(account) ?? '', disabled)
  expect(code ?? null).toBe(model.setDisabled(account, disabled))
}

export async function signUp(model: Model, world: World): Promise<void> {
  const account: Account = { name: newName(), password: 0, roles: 0, state: 'enabled' }
  const input = `{ username: "${account.name}", password: "${password(account)}" }`
  const document = `mutation { signup(input: ${input}) { accessToken refreshToken user { id } } }`
  const { data } = await world.one.ask(document)
  world.ids.set(account, data.signup.user.id)
  takePair(world, model.start(account), data.signup)
}
