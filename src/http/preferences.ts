/** What a header such as `Accept` lists, in lower case, with the weight of each (RFC 9110 §12.4.2). */
export function readPreferences(header: string | null | undefined): ReadonlyMap<string, number> {
  const preferences = new Map<string, number>()
  for (const item of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
    const weight = parameters.find((one) => one.startsWith('q='))
    if (name !== '') preferences.set(name, weight === undefined ? 1 : Number(weight.slice(2)) || 0)
  }
  return preferences
}
