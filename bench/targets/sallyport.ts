import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSallyport } from '../../dist/index.js'
import { reportTo } from './report.js'
import { typeDefs, user } from './schema.js'

const sallyport = await createSallyport({
  dataDir: mkdtempSync(join(tmpdir(), 'sallyport-bench-')),
  accessTokenExpires: '1h',
  typeDefs: `${typeDefs} extend type Query { benchMe: BenchUser! @auth }`,
  resolvers: { Query: { benchMe: () => user } },
})
const token = await sallyport.tokens.issueAccess({ subject: 'ada', fresh: true })
const { url } = await sallyport.listen({ port: 0, host: '127.0.0.1' })
reportTo(process, { url: `${url}${sallyport.endpoint}`, token })
