import { expect, test } from 'vitest'
import { makeFolder } from './start-process.js'
import { startServer } from './start-server.js'

/** As if the package were not there, also for the threads of the process. */
const WITHOUT_GRAPHIQL = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(\`
    export async function resolve(specifier, context, next) {
      return next(specifier.replace('@graphql-yoga/render-graphiql', '@graphql-yoga/none'), context)
    }
  \`))
`)}`

test('without GraphiQL’s package the page says what to install, and all else goes on', async () => {
  const folder = await makeFolder()
  const server = await startServer({ folder, env: { NODE_OPTIONS: `--import=${WITHOUT_GRAPHIQL}` } })
  const response = await fetch(server.url, { headers: { accept: 'text/html' } })
  expect(response.status).toBe(501)
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await response.text()).toContain('npm install @graphql-yoga/render-graphiql')
  expect((await server.ask('{ whoami { state } }')).data).toEqual({ whoami: { state: 'ANONYMOUS' } })
})
