/** How long what is past is kept beyond the leeway, for clocks that differ: seconds. */
export const KEEP_SECONDS = 60
