/** SPDX ids whose code may be used for training and be shown in a dataset; the default of the process stage. */
export const PERMISSIVE_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  'HPND',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Python-2.0.1',
  'Unlicense',
  'Zlib',
];
