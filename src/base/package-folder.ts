/** The folder of this package, seen from `src` and from `dist`. Files that ship unchanged are read from it. */
export const PACKAGE_FOLDER = new URL('../../', import.meta.url)
