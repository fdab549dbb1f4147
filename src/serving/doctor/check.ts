/** One line of `trm doctor`. */
export interface Check {
  /** What was looked at, for example `engine`. */
  name: string;
  /** `ok`; `warning`: works without, or worse; `missing`: the workbench does not work. */
  state: 'ok' | 'warning' | 'missing';
  /** What was found. */
  value: string;
  /** How to get it; null when nothing is to be done. */
  fix: string | null;
}
