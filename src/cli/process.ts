/** A command's view of its process. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadStream
  /** `isTTY` is true when a person at a terminal reads it. */
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
  /** Calls back each time the process is asked to stop. From then on, such a signal does not end it. */
  onStop(stop: () => void): void
  /** Calls back on each SIGHUP, which then does not end the process. */
  onReload(reload: () => void): void
  /** Calls back with each warning of Node or of a package, which then is not written to standard error as text. */
  onWarning(report: (warning: Error) => void): void
  /** The command succeeded, and its result is negative: exit code 1. */
  refuse?(): void
}
