/** How long expired rows are kept beyond the leeway, in seconds, for clocks that differ. */
export const KEEP_SECONDS = 60
