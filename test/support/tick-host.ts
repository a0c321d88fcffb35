import type { TestServerOptions } from './server.js'

/** A host's schema: a stream that ends by itself, one that waits for what it listens to, and what fails. */
export function createTickHost() {
  const waiting = new Set<object>()

  async function* wait(_parent: unknown, _args: unknown, context: { ended?: AbortSignal }) {
    waiting.add(context)
    try {
      yield { orders: 1 }
      const { ended } = context
      await new Promise((resolve) => ended?.addEventListener('abort', resolve, { once: true }))
    } finally {
      waiting.delete(context)
    }
  }

  return {
    /** The contexts of the streams that wait. */
    waiting,
    options: {
      typeDefs: `
        type Query { broken: Int @public, unwritable: JSON @public, slow: Int @public }
        type Subscription { ticks: Int! @public, failing: Int @public, orders: Int! @auth }
      `,
      resolvers: {
        Query: {
          broken() {
            throw new Error('a secret of the host')
          },
          unwritable: () => ({ toJSON: () => 1n }),
          slow: () => new Promise((resolve) => setTimeout(resolve, 200, 1)),
        },
        Subscription: {
          ticks: {
            async *subscribe() {
              for (let ticks = 1; ticks <= 3; ticks++) yield { ticks }
            },
          },
          failing: {
            // biome-ignore lint/correctness/useYield: it fails before it has anything to give
            async *subscribe() {
              throw new Error('a secret of the host')
            },
          },
          orders: { subscribe: wait },
        },
      },
    } satisfies TestServerOptions,
  }
}
