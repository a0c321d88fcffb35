import type { Process } from './process.js'

/** Writes a command's result, as one JSON document or as text. Control characters in names are left out. */
export async function answer(
  { stdout }: Pick<Process, 'stdout'>,
  { json, value, text }: { json: boolean | undefined; value: unknown; text: string },
): Promise<void> {
  await write(stdout, json === true ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** Returns whether it was written: false when the reader has gone away. */
export function write(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve) => stream.write(text, (error) => resolve(error == null)))
}

/** A name that is safe to show in a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '')
}
