import type { Process } from './process.js'

/** Writes what a command found: as one JSON document, or for a person. Control characters of names stay out. */
export async function answer(
  { stdout }: Pick<Process, 'stdout'>,
  { json, value, text }: { json: boolean | undefined; value: unknown; text: string },
): Promise<void> {
  await write(stdout, json === true ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** Whether it was written: false when the reader has gone away. */
export function write(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve) => stream.write(text, (error) => resolve(error == null)))
}

/** A name as a terminal may show it. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '')
}
