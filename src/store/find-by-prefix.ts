import type { Client, Dialect } from './dialect.js'
import type { NamePage } from './pages.js'

interface Hit {
  id: string
  key: string
}

/**
 * The ids of users with a name that begins so, in the order of the names' bytes: each kind of name by its own index. A
 * user whose both names begin so is found by the username.
 */
export async function findByPrefix(client: Client, dialect: Dialect, page: NamePage): Promise<Hit[]> {
  const { usernamePrefix, emailPrefix, after, limit } = page
  const { above, order } = dialect.bytewise

  async function find(column: string, prefix: string, but: string | null): Promise<Hit[]> {
    const values: unknown[] = []
    const put = (value: unknown) => dialect.parameter(values.push(value))
    const begins = isWithin(dialect, put)
    const conditions = [
      begins(column, prefix),
      ...(after === undefined ? [] : [`"${column}" ${above} ${put(after)}`]),
      ...(but === null ? [] : [`("${but}" IS NULL OR NOT (${begins(but, usernamePrefix)}))`]),
    ]
    const sql = `SELECT "id", "${column}" AS "key" FROM ${dialect.table('users')}
      WHERE ${conditions.join(' AND ')} ORDER BY "${column}" ${order} LIMIT ${put(limit)}`
    return client.$queryRawUnsafe<Hit[]>(sql, ...values)
  }

  const byUsername = await find('username_key', usernamePrefix, null)
  const byEmail = await find('email_key', emailPrefix, 'username_key')
  const inOrder = [...byUsername, ...byEmail].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
  return inOrder.slice(0, limit)
}

function isWithin({ bytewise }: Dialect, put: (value: unknown) => string) {
  return (column: string, prefix: string): string =>
    // No text that begins so comes after it with the last of all characters at its end.
    `"${column}" ${bytewise.atLeast} ${put(prefix)} AND "${column}" ${bytewise.below} ${put(`${prefix}\u{10ffff}`)}`
}

function bytes({ key }: Hit): Buffer {
  return Buffer.from(key)
}
