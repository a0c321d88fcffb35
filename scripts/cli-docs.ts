import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.js'

const INTRODUCTION = `# Command line

<!-- Made from the commands by \`npm run docs\`: change their help in src/cli/, not this page. -->

\`npx sallyport …\` where the package is installed, \`npm run --silent sallyport -- …\` in a clone. Every command but \`serve\`
works beside a running server, which goes by what it changed within a second.

Passwords and tokens are asked for, or read from standard input, and are never arguments: those are seen by everybody on
the machine, and kept by the shell. With \`--json\` a command prints one JSON document, and why it was refused as
\`{"error":{"code":"…","message":"…"}}\` on standard error.
`

/** The page `docs/cli.md`: what each command's \`--help\` prints. */
export function renderCli(): string {
  const sections = commandsOf(createProgram(nowhere), []).map(
    ({ path, help }) => `## ${path}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`,
  )
  return [INTRODUCTION, ...sections].join('\n')
}

/** No command is run. */
const nowhere = new Proxy({} as Parameters<typeof createProgram>[0], { get: () => undefined })

function commandsOf(command: Command, above: readonly string[]): { path: string; help: string }[] {
  const path = [...above, command.name()]
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
    getOutHelpWidth: () => 110,
  })
  command.outputHelp()
  return [{ path: path.join(' '), help }, ...command.commands.flatMap((child) => commandsOf(child, path))]
}
