/** Opens the store at a URL when told to by its standard input, so that several do so at once; and closes it. */

import { once } from 'node:events'
import process from 'node:process'
import { openStore } from '../../../src/store/open-store.js'

console.log('ready')
await once(process.stdin, 'data')
const store = await openStore({ databaseUrl: process.argv[2] ?? '' })
await store.findUser('nobody')
await store.close()
console.log('opened')
process.exit(0)
