import type { Command } from 'commander'
import { newCommand } from './new-command.js'
import type { Process } from './process.js'

const MAKE_ADMINISTRATOR = 'npx sallyport user add --admin --email you@example.com'

export function serveCommand({ env, stdout, stderr, onStop, onReload, onWarning }: Process): Command {
  const command = newCommand('serve', {
    description:
      'Start the server. Applies pending migrations first; stops on SIGTERM and SIGINT, reads JWT_KEYS_DIR on SIGHUP.',
    example: 'PORT=8080 DATABASE_URL=postgresql://ada@localhost/auth sallyport serve',
    reads: ['every variable of docs/options.md'],
    notes: `Everything has a default; in production a key, and DATABASE_URL or DATA_DIR, must be set.
Most often set: PORT, HOST, DATA_DIR, DATABASE_URL, JWT_SECRET_KEY, NODE_ENV=production, and ADMIN_EMAIL with ADMIN_PASSWORD for the first administrator.
The address goes to standard output, the log to standard error, a line of JSON each, from LOG_LEVEL on. At a terminal, standard output also has the first steps.`,
  }).option(
    '--no-migrate',
    'refuse to start when migrations are pending (the same as MIGRATE_ON_START=false)',
  )
  return command.action(async ({ migrate }: { migrate: boolean }) => {
    const stopped = new Promise<null>((resolve) => onStop(() => resolve(null)))
    const { optionsFromEnv } = await import('../base/options-from-env.js')
    const { resolveServer } = await import('../base/resolve-options.js')
    const fromEnv = optionsFromEnv(env)
    const options = migrate ? fromEnv : { ...fromEnv, migrateOnStart: false }
    const { createLog } = await import('./create-log.js')
    const { logLevel, graphiql } = resolveServer(options)
    const logger = createLog(stderr, logLevel)
    onWarning((warning) => logger.warn({ err: warning }, 'a warning of Node or of a package'))
    const { findMisspelt } = await import('./find-misspelt.js')
    for (const { variable, meant } of findMisspelt(env)) {
      logger.warn({ variable, meant }, 'a variable that is not read has almost the name of one that is')
    }
    // Loaded here, so that other commands and refused options don't wait for all of the server.
    const { createSallyport } = await import('../sallyport.js')
    // Until it listens there is nothing to finish, and the database may never respond.
    const sallyport = await Promise.race([createSallyport({ ...options, logger }), stopped])
    if (sallyport === null) return
    onReload(() => void sallyport.reloadKeys())
    const { url } = await sallyport.listen()
    stdout.write(`Sallyport listens on ${url}${sallyport.endpoint}\n`)
    // A database that fails here fails at the next request too, which reports it.
    const hasAdministrator = await sallyport.hasAdministrator().catch(() => true)
    if (stdout.isTTY === true) {
      if (graphiql) stdout.write('Open it in a browser for the playground.\n')
      if (!hasAdministrator) stdout.write(`To make an administrator: ${MAKE_ADMINISTRATOR}\n`)
    } else if (!hasAdministrator) {
      logger.info({ command: MAKE_ADMINISTRATOR }, 'there is no administrator yet')
    }
    await stopped
    logger.info({}, 'stopping')
    await sallyport.close()
  })
}
