/** What a command is given of its process. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Calls back when the process is asked to stop, each time; from now on, being asked does not end it. */
  onStop(stop: () => void): void
  /** Calls back when the process is told to read its files again (SIGHUP), each time; it does not end then. */
  onReload(reload: () => void): void
  /** Calls back with each warning of Node or of a package, which then is not written to standard error as text. */
  onWarning(report: (warning: Error) => void): void
  /** The command has answered, and its answer is no: exit code 1. */
  refuse?(): void
}
