import type { Command } from 'commander'
import type { Store, UserRecord } from '../store/contract.js'
import { printable, write } from './answer.js'
import { newCommand, STORE_VARIABLES, withJson } from './new-command.js'
import type { Process } from './process.js'
import { stateOf, toJson } from './show-user.js'

const PAGE = 200

export function userListCommand(process: Process): Command {
  const command = newCommand('list', {
    description: 'Show all accounts, newest first; with --search in the order of their names.',
    example: 'sallyport user list --search ada',
    reads: STORE_VARIABLES,
  }).option('--search <text>', 'only those whose user name or e-mail address begins so')
  return withJson(command).action(async ({ search, json }: { search?: string; json?: true }) => {
    const { withStore } = await import('./with-store.js')
    const { readNamePrefix } = await import('../accounts/names.js')
    const prefix = search === undefined ? null : readNamePrefix(search)
    await withStore(process, async ({ store }) => {
      const pages = prefix === null ? listAll(store) : findAll(store, prefix)
      await print(process, pages, json === true ? JSON_FORM : TABLE)
    })
  })
}

/** Reads page by page, so that any number of accounts can be listed. */
async function* listAll(store: Store): AsyncGenerator<UserRecord[]> {
  let after: { createdAt: Date; id: string } | undefined
  for (;;) {
    const page = await store.listUsers({ after, limit: PAGE })
    yield page
    after = page.at(-1)
    if (page.length < PAGE) return
  }
}

async function* findAll(
  store: Store,
  prefix: { usernamePrefix: string; emailPrefix: string },
): AsyncGenerator<UserRecord[]> {
  let after: string | undefined
  for (;;) {
    const page = await store.findUsersByPrefix({ ...prefix, after, limit: PAGE })
    yield page.map(({ user }) => user)
    after = page.at(-1)?.key
    if (page.length < PAGE) return
  }
}

interface Form {
  readonly begin: string
  readonly between: string
  readonly end: string
  show(user: UserRecord): string
}

const JSON_FORM: Form = {
  begin: '[',
  between: ',\n',
  end: ']\n',
  show: (user) => JSON.stringify(toJson(user)),
}

const TABLE: Form = {
  begin: `${row('ID', 'CREATED', 'STATE', 'ROLES', 'NAMES')}\n`,
  between: '\n',
  end: '\n',
  show: (user) =>
    row(
      user.id,
      user.createdAt.toISOString().slice(0, 10),
      stateOf(user),
      user.roles.join(',') || '-',
      [user.username, user.email].filter((name) => name !== null).join(' ') || '-',
    ),
}

function row(id: string, created: string, state: string, roles: string, names: string): string {
  const cells = [id.padEnd(36), created.padEnd(10), state.padEnd(8), roles.padEnd(12), names]
  return printable(cells.join('  ')).trimEnd()
}

async function print(
  { stdout }: Process,
  pages: AsyncIterable<readonly UserRecord[]>,
  form: Form,
): Promise<void> {
  let before = form.begin
  for await (const page of pages) {
    for (const user of page) {
      // A reader that stops needs no further pages.
      if (!(await write(stdout, `${before}${form.show(user)}`))) return
      before = form.between
    }
  }
  await write(stdout, before === form.begin ? `${form.begin.trimEnd()}${form.end}` : form.end)
}
