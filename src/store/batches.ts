/** Prisma takes 999 values in one statement on SQLite; the databases themselves take more. */
const BATCH = 500

/** Runs `work` on each part of a list that may be longer than one statement takes; never on an empty one. */
export async function inBatches<T, R>(items: readonly T[], work: (batch: T[]) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += BATCH) {
    results.push(await work(items.slice(start, start + BATCH)))
  }
  return results
}
