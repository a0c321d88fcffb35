import { Command } from 'commander'
import { pino } from 'pino'
import { optionsFromEnv } from '../base/options-from-env.js'
import { createSallyport } from '../sallyport.js'
import type { Process } from './program.js'

export function serveCommand(process: Process): Command {
  return new Command('serve')
    .description('Start the server. Applies pending migrations first; stops on SIGTERM and SIGINT.')
    .action(async () => {
      const { port, host, ...options } = optionsFromEnv(process.env)
      const sallyport = await createSallyport({ ...options, logger: pino() })
      const { url } = await sallyport.listen({ port, host })
      process.stdout.write(
        [
          `Sallyport listens on ${url}${sallyport.endpoint}`,
          'Make an administrator: npm run --silent sallyport -- user add --admin --email you@example.com',
          '',
        ].join('\n'),
      )
      await new Promise<void>((resolve) => process.onStop(resolve))
      await sallyport.close()
    })
}
