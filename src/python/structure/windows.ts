import { findDefinitions } from './definitions';
import type { Token } from '../tokens/token';
import { statementEnd } from './logical-lines';

/** A run of tokens that the model reads at once. */
export interface TokenWindow {
  /** Tokens [firstToken, endToken). */
  firstToken: number;
  endToken: number;
  /** Blocks around the first token: levels and indentation inside the window count from here. */
  baseLevel: number;
  /** Qualified name of the function it was cut from; null for module and class code. */
  function: string | null;
}

/** Settings of {@link windowsOf} and {@link cutStretch}. */
export interface WindowOptions {
  /** Most tokens of a window, the END that closes it not counted. */
  maxTokens: number;
  /** Tokens that neighbouring windows of one long stretch share, at least. Default a quarter of `maxTokens`. */
  overlap?: number;
}

/**
 * Windows that cover every token of a file (`end` aside): each outermost function, and the module and class code
 * between functions, whole where it fits. Longer stretches are cut at line starts into overlapping windows. A
 * single line longer than a window is cut within.
 */
export function windowsOf(tokens: readonly Token[], options: WindowOptions): TokenWindow[] {
  const levels = levelsOf(tokens);
  return stretches(tokens).flatMap(({ start, end, name }) =>
    cutStretch(tokens, [start, end], options).map(([firstToken, endToken]) => ({
      firstToken,
      endToken,
      baseLevel: levels[firstToken],
      function: name,
    })),
  );
}

interface Stretch {
  start: number;
  end: number;
  name: string | null;
}

/** Outermost functions and the code between them, in order. */
function stretches(tokens: readonly Token[]): Stretch[] {
  const end = tokens.at(-1)?.kind === 'end' ? tokens.length - 1 : tokens.length;
  const found: Stretch[] = [];
  let from = 0;
  const between = (to: number): void => {
    if (to > from) found.push({ start: from, end: to, name: null });
  };
  for (const { kind, nested, firstToken, endToken, name } of findDefinitions(tokens)) {
    if (kind !== 'def' || nested || firstToken < from) continue;
    between(firstToken);
    found.push({ start: firstToken, end: endToken, name });
    from = endToken;
  }
  between(end);
  return found;
}

/** Blocks open before each token; a `dedent` is at the level that it closes. */
function levelsOf(tokens: readonly Token[]): Int32Array {
  const levels = new Int32Array(tokens.length);
  let level = 0;
  tokens.forEach(({ kind }, i) => {
    levels[i] = level;
    if (kind === 'indent') level++;
    else if (kind === 'dedent') level = Math.max(0, level - 1);
  });
  return levels;
}

/**
 * Cuts the tokens [start, end) into runs of at most `maxTokens` that start at line starts and share `overlap`, to the
 * line. A quarter is enough: of 4,018 real fixes of at most 8 tokens, runs of 255 leave all but two 32
 * tokens away from every cut in some run; runs of 127 leave nine in ten (with halves 99 of 100, for a third more tokens).
 * @returns the runs in order; one where all fits
 * @throws RangeError for an overlap that is not less than `maxTokens`
 */
export function cutStretch(
  tokens: readonly Token[],
  [start, end]: readonly [number, number],
  { maxTokens: most, overlap = Math.floor(most / 4) }: WindowOptions,
): [number, number][] {
  if (!(most >= 1 && overlap >= 0 && overlap < most))
    throw new RangeError(`expected 0 <= overlap < maxTokens, got ${overlap} and ${most}`);
  const found: [number, number][] = [];
  let from = start;
  while (end - from > most) {
    const hard = from + most;
    const to = lastLineStart(tokens, from, hard) ?? hard;
    found.push([from, to]);
    // The next one starts at the line that holds the token `overlap` before the end, but later than this one.
    const back = Math.max(from + 1, to - overlap);
    const next = lastLineStart(tokens, from, back) ?? nextLineStart(tokens, back, to) ?? back;
    from = next > from ? next : to;
  }
  found.push([from, end]);
  return found;
}

/** Last index in (from, to] at which a line starts. */
function lastLineStart(tokens: readonly Token[], from: number, to: number): number | undefined {
  for (let i = to; i > from; i--) if (tokens[i - 1].kind === 'newline') return i;
  return undefined;
}

function nextLineStart(tokens: readonly Token[], from: number, to: number): number | undefined {
  const next = statementEnd(tokens, from);
  return next <= to ? next : undefined;
}
