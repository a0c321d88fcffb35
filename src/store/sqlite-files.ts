import { statSync } from 'node:fs'

/**
 * Returns a check that throws when the path no longer leads to the files that are open. SQLite writes on into a file that was
 * removed or replaced, and all of it is lost with the process. Costs a few microseconds, so each statement affords it.
 */
export function createFileCheck(path: string): () => void {
  const opened = identify(path)
  const journal = `${path}-wal`
  /** Null until SQLite has made it, which it does for the first statement. It stays while a connection is open. */
  let openedJournal: string | null = null

  return () => {
    requireSame(path, { opened, found: identify(path) })
    const found = identify(journal)
    if (openedJournal !== null) requireSame(journal, { opened: openedJournal, found })
    openedJournal = found
  }
}

function requireSame(path: string, { opened, found }: { opened: string | null; found: string | null }): void {
  if (found === opened) return
  const what = found === null ? 'was removed' : 'was replaced'
  throw new Error(`${path} ${what} while the server has it open: put it back, or restart the server`)
}

/** Null when there is no such file. */
function identify(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? null : `${stats.dev}:${stats.ino}`
}
