import type { TokenText } from '../../records/sample';

/**
 * A program token. Offsets are UTF-16 code units, [start, end). `newline` covers the line break (empty at the end
 * of a file without one); `indent`, `dedent`, `error-indent` and `end` are empty spans before the next token.
 * The text of layout tokens is '': equal programs give equal texts, whatever their line ends and indentation.
 */
export interface Token extends TokenText {
  start: number;
  end: number;
}
