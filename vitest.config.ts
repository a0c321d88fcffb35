import { availableParallelism } from 'node:os'
import process from 'node:process'
import { defineConfig } from 'vitest/config'

const database = ['test/store/**/*.test.ts', 'test/front-door/**/*.test.ts']
/** Through the front door too, but nothing in it is the database's: on SQLite alone. */
const anyDatabase = ['test/any-database/**/*.test.ts']
const inBrowser = ['test/browser/**/*.test.ts']
const noLeaks = 'test/support/no-leaks.ts'
const built = ['test/process/**/*.test.ts', 'test/examples/**/*.test.ts']

/** Vite takes graphql's `module` entry, Node its `main`: two copies, which refuse each other's types. */
function graphqlFrom(name: string) {
  return { alias: [{ find: /^graphql$/, replacement: `${name}/index.js` }] }
}

export default defineConfig({
  resolve: graphqlFrom('graphql'),
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // CI's machine is shared: what fails there is run once more, and shown as tried again.
    retry: process.env.CI === 'true' ? 1 : 0,
    // By default one core is left idle: half of a small machine.
    maxWorkers: availableParallelism(),
    // `npm run soak` makes more of what is tested by chance.
    provide: { soakRounds: Number(process.env.SOAK_ROUNDS ?? 0) },
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/store/generated/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...database, ...anyDatabase, ...built, ...inBrowser],
          provide: { graphqlMajor: 16 },
        },
      },
      // The guard again, on graphql 17: with everything that imports graphql, so that there is one copy.
      {
        resolve: graphqlFrom('graphql-17'),
        test: {
          name: 'graphql-17',
          include: ['test/guard/**/*.test.ts'],
          // Apollo Server and Mercurius ask for graphql 16.
          exclude: ['test/guard/servers/**'],
          provide: { graphqlMajor: 17 },
          testTimeout: 30_000,
          server: { deps: { inline: [/graphql-tools|graphql-yoga|envelop|whatwg-node|graphql-typed/] } },
        },
      },
      // The two below share their modules from file to file: to load the server anew for each costs more than its tests.
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: [...database, ...anyDatabase],
          isolate: false,
          setupFiles: noLeaks,
          provide: { provider: 'sqlite' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgresql',
          include: database,
          isolate: false,
          setupFiles: noLeaks,
          provide: { provider: 'postgresql' },
          globalSetup: 'test/support/postgresql-setup.ts',
        },
      },
      // Starts what was built, the server and the examples, as processes of their own.
      {
        extends: true,
        test: {
          name: 'process',
          include: built,
          setupFiles: noLeaks,
          globalSetup: ['test/process/require-build.ts', 'test/process/flask/find-flask.ts'],
          testTimeout: 90_000,
        },
      },
      // The playground, in Chromium, with everything but loopback cut.
      {
        extends: true,
        test: {
          name: 'browser',
          include: inBrowser,
          globalSetup: 'test/browser/find-browser.ts',
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
})
