/** Ids of the SPDX exceptions list; the package comes without types. */
declare module 'spdx-exceptions' {
  const ids: readonly string[];
  export = ids;
}
