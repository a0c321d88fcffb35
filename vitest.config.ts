import { defineConfig } from 'vitest/config'

const database = ['test/store/**/*.test.ts', 'test/front-door/**/*.test.ts']

export default defineConfig({
  // Vite takes graphql's `module` entry, Node its `main`: two copies, which refuse each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/store/generated/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...database, 'test/process/**'],
        },
      },
      {
        extends: true,
        test: { name: 'sqlite', include: database, provide: { provider: 'sqlite' } },
      },
      {
        extends: true,
        test: {
          name: 'postgresql',
          include: database,
          provide: { provider: 'postgresql' },
          globalSetup: 'test/support/postgresql-setup.ts',
        },
      },
      // Starts the built server as a process of its own.
      { extends: true, test: { name: 'process', include: ['test/process/**/*.test.ts'] } },
    ],
  },
})
