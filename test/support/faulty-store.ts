import type { Statements, Store, Transaction } from '../../src/store/contract.js'
import { StoreUnavailable } from '../../src/store/failures.js'
import { openStore, type StoreOptions } from '../../src/store/open-store.js'

/** Where the connection breaks: at the nth statement of an operation, before it is done or when it was. */
export interface Fault {
  readonly statement: number
  readonly when: 'before' | 'after'
}

/** A store whose connection breaks when told to. A transaction is a statement too: after it, only the
 * answer is lost. */
export interface FaultyGround {
  openStore(options: StoreOptions): Promise<Store>
  /**
   * Runs an operation, and answers the statements that it asked for, in their order. With a fault, they end there: what
   * the client hears of that is the operation's own affair.
   */
  run(operation: () => Promise<unknown>, fault?: Fault): Promise<readonly string[]>
  /**
   * Runs an operation, and a rival as a whole (elsewhere: on another instance) when it is about to begin its first
   * transaction, and so has read and verified all that it will.
   */
  overtake(operation: () => Promise<unknown>, rival: () => Promise<unknown>): Promise<void>
}

/** What the server asks for by itself, at any time. */
const BY_ITSELF = ['readRevocations', 'now', 'checkWritable', 'close']
/** Attempts are counted beside what an operation does, and their faults are in `test/limits/attempts.test.ts`. */
const COUNTING = ['addToCounter', 'takeFromCounter', 'findCounter', 'setCounter']
const BACKGROUND = new Set([...BY_ITSELF, ...COUNTING])

export function createFaultyGround(): FaultyGround {
  let underWay: { readonly seen: string[]; readonly fault: Fault | undefined } | null = null
  let rival: (() => Promise<unknown>) | null = null

  async function visit<T>(name: string, statement: () => Promise<T>): Promise<T> {
    if (name === 'transaction' && rival !== null) {
      const overtaking = rival
      rival = null
      await overtaking()
    }
    if (underWay === null || BACKGROUND.has(name)) return statement()
    const { seen, fault } = underWay
    const isHere = fault?.statement === seen.length
    seen.push(name)
    if (isHere && fault.when === 'before') throw new StoreUnavailable(`broken before ${name}`)
    const result = await statement()
    if (isHere) throw new StoreUnavailable(`broken after ${name}`)
    return result
  }

  function around<T extends Statements>(statements: T, onFault: (error: unknown) => void): T {
    const wrapped = Object.entries(statements).map(([name, value]) => [
      name,
      typeof value !== 'function'
        ? value
        : async (...args: unknown[]) => {
            try {
              return await visit(name, () => value(...args))
            } catch (error) {
              if (error instanceof StoreUnavailable) onFault(error)
              throw error
            }
          },
    ])
    return Object.fromEntries(wrapped) as T
  }

  async function open(options: StoreOptions): Promise<Store> {
    const store = await openStore(options)
    const transaction: Store['transaction'] = (work) =>
      visit('transaction', () =>
        store.transaction(async (tx: Transaction) => {
          let broken: unknown
          const result = await work(
            around(tx, (error) => {
              broken = error
            }),
          )
          // As the database has it: a transaction that lost its connection commits nothing, whoever caught the error.
          if (broken !== undefined) throw broken
          return result
        }),
      )
    // What is past stays, so that whoever looks at the whole database finds all of it.
    const prune = async () => ({ revocations: 0, tokens: 0, sessions: 0, counters: 0 })
    return { ...around(store, () => {}), transaction, prune }
  }

  return {
    openStore: open,
    async run(operation, fault) {
      const run = { seen: [], fault }
      underWay = run
      try {
        await operation()
      } finally {
        underWay = null
      }
      return run.seen
    },
    async overtake(operation, overtaking) {
      rival = overtaking
      await operation()
      if (rival !== null) throw new Error('the operation began no transaction')
    },
  }
}
