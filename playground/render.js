/**
 * Makes the page in a thread of its own, since to load GraphiQL's 9 MB and to compress them takes half a second. The
 * thread ends with it, and what stays in memory is the compressed page.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'

/** One script: each file declares what the next ones call. */
const SCRIPTS = ['tokens', 'requests', 'memory', 'explain', 'operations', 'bar-view', 'bar', 'start']
const ROOT = '<div id="root">'

/** @type {{ encoding: 'br' | 'gzip' | 'identity', settings: object, graphiql: object }} */
const { encoding, settings, graphiql } = workerData

const script = `(() => {\n'use strict'\n${SCRIPTS.map((name) => read(`${name}.js`)).join('\n')}\n})()`
const html = Buffer.from(compose())
parentPort?.postMessage({
  body: encode(html),
  digest: createHash('sha256').update(html).digest('base64url'),
  scriptHashes: inlineScripts(html.toString()).map(hashOf),
})

function compose() {
  const page = renderGraphiQL(graphiql)
  const head = page.indexOf('<head>') + '<head>'.length
  const root = page.indexOf(ROOT)
  if (head > root || root < 0) throw new Error('The page of @graphql-yoga/render-graphiql has another form.')
  return [
    page.slice(0, head).trimStart(),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<style>${read('bar.css')}</style>`,
    `<script type="application/json" id="sallyport-settings">${writeJson(settings)}</script>`,
    `<script>${script}</script>`,
    page.slice(head, root),
    read('bar.html'),
    page.slice(root),
  ].join('\n')
}

/**
 * Of the page's scripts that run: ours, and GraphiQL's with its start, which is the last thing of the page.
 * @param {string} page
 */
function inlineScripts(page) {
  const begin = page.indexOf('<script>', page.indexOf(ROOT)) + '<script>'.length
  return [script, page.slice(begin, page.lastIndexOf('</script>'))]
}

/** @param {string} text */
function hashOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** @param {Buffer} bytes */
function encode(bytes) {
  if (encoding === 'br') {
    return brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    })
  }
  return encoding === 'gzip' ? gzipSync(bytes) : bytes
}

/** @param {string} name */
function read(name) {
  return readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8')
}

/**
 * For a place within HTML.
 * @param {object} value
 */
function writeJson(value) {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
