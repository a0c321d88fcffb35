/** The folder of this package: what is shipped as it stands is read from there. From `src` and from `dist` alike. */
export const PACKAGE_FOLDER = new URL('../../', import.meta.url)
