/** Every answer may depend on the bearer: none is a cache's to keep, or to be taken for something else. */
export function answerHeaders(tokenHeader: string): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    vary: `${tokenHeader}, cookie`,
    'x-content-type-options': 'nosniff',
  }
}
