import { expect, inject, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../src/store/sqlite-adapter.js'
import { startChild } from './child.js'
import { openTestStore } from './open-test-store.js'

test('kill -9 of a process that writes loses no write that it had answered', {
  timeout: 60_000,
}, async () => {
  const { store, databaseUrl } = await openTestStore()
  for (const writes of [1, 30, 75]) {
    const child = startChild('write', databaseUrl)
    const answered: string[] = []
    for await (const line of child.lines) {
      answered.push(line)
      if (answered.length === writes) child.process.kill('SIGKILL')
    }
    expect((await child.ended).errors).toBe('')
    expect(answered.length).toBeGreaterThanOrEqual(writes)
    for (const line of answered) {
      const [kind, id = ''] = line.split(' ')
      expect(await (kind === 'user' ? store.findUser(id) : store.findSession(id))).not.toBeNull()
    }
    // Of a transaction, answered or not, everything is there or nothing.
    const tokens = await store.listTokens({ limit: 100_000 })
    const jtis = new Set(tokens.map(({ jti }) => jti))
    for (const { sessionId } of tokens) {
      const session = await store.findSession(sessionId ?? '')
      expect(jtis).toContain(session?.accessJti)
      expect(jtis).toContain(session?.refreshJti)
    }
  }
})

if (inject('provider') === 'sqlite') {
  test('the connections are durable, checked and readable while written', async () => {
    const { databaseUrl } = await openTestStore()
    const connection = await openSqlite(databaseUrl.slice('file:'.length))
    onTestFinished(() => connection.dispose())
    const pragma = async (name: string) =>
      (await connection.queryRaw({ sql: `PRAGMA ${name}`, args: [], argTypes: [] })).rows[0]?.[0]
    expect(await pragma('journal_mode')).toBe('wal')
    // 2 is FULL: the log is on the disk before a commit is answered.
    expect(await pragma('synchronous')).toBe(2)
    expect(await pragma('foreign_keys')).toBe(1)
  })
}
