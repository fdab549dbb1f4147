import type { Definition } from '../../python/structure/definitions';
import { isIndentation, whiteSpaceBefore } from '../../python/tokens/indentation';
import type { Token } from '../../python/tokens/token';
import type { Change } from '../changes';
import { statementEnd } from '../../python/structure/logical-lines';

/**
 * A part of a program that says the same when it is read on its own: an outermost function, or a logical line outside of
 * functions. What an edit does is found by reading this instead of the whole file.
 */
export interface Unit {
  kind: 'function' | 'line';
  /** Tokens [firstToken, endToken) of the program. */
  firstToken: number;
  endToken: number;
  /** UTF-16 offsets of the whole lines. */
  start: number;
  end: number;
  /** True: its lines stand in a block, and are read below a header of their own. */
  indented: boolean;
}

/** Header that an indented unit is read below: its tokens come before the unit's. */
const HEADER = 'if 1:\n';

/** Tokens of {@link HEADER} and the `indent` after it. */
export const HEADER_TOKENS = 5;

/**
 * The unit that an edit stays inside of; null where there is none, as for edits that move lines from block to block.
 * @param functions the program's outermost functions, in order
 */
export function unitAround(
  source: string,
  tokens: readonly Token[],
  functions: readonly Definition[],
  [first, end]: readonly [number, number],
  change: Pick<Change, 'start' | 'end'>,
): Unit | null {
  const around = functions.find(({ firstToken, endToken }) => firstToken <= first && first < endToken);
  const [firstToken, endToken] = around
    ? [around.firstToken, around.endToken]
    : lineAround(tokens, first, end);
  if (end > endToken || firstToken >= endToken) return null;
  let last = endToken - 1;
  while (last > firstToken && isIndentation(tokens[last])) last--;
  const indent = whiteSpaceBefore(source, tokens[firstToken].start);
  const unit: Unit = {
    kind: around ? 'function' : 'line',
    firstToken,
    endToken,
    start: tokens[firstToken].start - indent.length,
    end: tokens[last].end,
    indented: indent !== '',
  };
  return change.start >= unit.start && change.end <= unit.end ? unit : null;
}

/** Tokens of the logical line that holds [first, end); empty when these are layout, or of several blocks. */
function lineAround(tokens: readonly Token[], first: number, end: number): [number, number] {
  let start = first;
  while (start > 0 && tokens[start - 1].kind !== 'newline') start--;
  while (start < first && isIndentation(tokens[start])) start++;
  const to = statementEnd(tokens, Math.max(end - 1, first));
  return tokens.slice(start, to).every(staysOnLine) ? [start, to] : [start, start];
}

/** What a definition binds is known below its line, too. */
function staysOnLine({ kind, text }: Token): boolean {
  if (kind === 'keyword') return text !== 'def' && text !== 'class';
  return kind !== 'indent' && kind !== 'dedent' && kind !== 'error-indent' && kind !== 'end';
}

/** A unit's text as a program of its own, before an edit or after it. */
export function unitText(
  source: string,
  { start, end, indented }: Unit,
  change?: Pick<Change, 'start' | 'end' | 'text'>,
): string {
  const text = change
    ? source.slice(start, change.start) + change.text + source.slice(change.end, end)
    : source.slice(start, end);
  return indented ? HEADER + text : text;
}
