#!/usr/bin/env node
// Imported like this, what the build bundles (scripts/bundle.ts) lies in dist/server, as deep as it lay in src.
const { run } = await import('./cli/program.js')

// A reader that went away misses what it would have been told; that is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onStop(stop) {
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  },
  onWarning(report) {
    // Node's own listener writes text between the lines of the log.
    process.removeAllListeners('warning')
    process.on('warning', report)
  },
  onReload(reload) {
    process.on('SIGHUP', reload)
  },
})
process.exit(exitCode)
