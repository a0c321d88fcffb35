/** Runs the programs that are named, one after the other, and prints the address that each of them prints. */
import { resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const print = console.log
for (const file of process.argv.slice(2)) {
  const printed = new Promise((found) => {
    console.log = (line) => /^\w+:\/\/\S+$/.test(line) && found(line)
  })
  await import(pathToFileURL(resolve(file)).href)
  print(`listening ${file} ${await printed}`)
}
