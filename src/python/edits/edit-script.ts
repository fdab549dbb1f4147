import { commonEnds } from '../../core/text/common-ends';
import type { Edit, TokenText } from '../../records/sample';
import { applyEdit, charSpanOf, sameToken, sameTokens } from './edits';
import { lex } from '../tokens/lexer';
import type { Token } from '../tokens/token';

/** Settings of {@link diffTokenEdits}. */
export interface EditScriptOptions {
  /** Two edits with at most so many unchanged tokens between them become one. Default 0: only touching ones do. */
  maxGap?: number;
  /**
   * Most tokens that one edit removes, and most that it writes; longer ones are cut into several that touch, at line
   * ends where one is near. Default: no limit.
   */
  maxTokens?: number;
}

/** Removed tokens [start, end) of `before`, written tokens [from, to) of `after`. */
interface Hunk {
  start: number;
  end: number;
  from: number;
  to: number;
}

/** Changed tokens beyond which no further search for common ones pays: what is left becomes one edit. */
const MOST_CHANGES = 2000;

/**
 * The smallest set of edits that turns one token list into another: the fewest tokens removed and written in all (a
 * longest common subsequence, Myers' O(ND) algorithm), each edit as far left as it can stand. Disjoint, in order,
 * with spans of `before`; several bugs at once give one edit each. Empty when the tokens are equal.
 *
 * @example
 * diffTokenEdits(lex('if x\n  f(a b)\n'), lex('if x:\n  f(a, b)\n'))   // inserts `:` at token 2 and `,` at token 7
 */
export function diffTokenEdits(
  before: readonly Token[],
  after: readonly TokenText[],
  options: EditScriptOptions = {},
): Edit[] {
  const { maxGap = 0, maxTokens = Infinity } = options;
  if (!(maxGap >= 0 && maxTokens >= 1))
    throw new RangeError(`expected maxGap >= 0 and maxTokens >= 1, got ${maxGap} and ${maxTokens}`);
  const hunks = slideLeft(before, after, hunksBetween(before, after));
  return mergeNear(hunks, maxGap)
    .flatMap((hunk) => cut(before, after, hunk, maxTokens))
    .map(({ start, end, from, to }) => ({
      tokenSpan: [start, end],
      charSpan: charSpanOf(before, start, end),
      replacement: after.slice(from, to).map(({ kind, text }) => ({ kind, text })),
    }));
}

/** Changed places of two lists, in order, none touching another. */
function hunksBetween(before: readonly TokenText[], after: readonly TokenText[]): Hunk[] {
  const [a, b] = internTokens(before, after);
  const { start: head, end: tail } = commonEnds(a, b);
  const middle = { start: head, end: a.length - tail, from: head, to: b.length - tail };
  const hunks: Hunk[] = [];
  let [start, from] = [middle.start, middle.from];
  for (const [x, y, length] of [...commonRuns(a, b, middle), [middle.end, middle.to, 0]]) {
    if (x > start || y > from) hunks.push({ start, end: x, from, to: y });
    [start, from] = [x + length, y + length];
  }
  return hunks;
}

/** Lists of numbers that are equal exactly where the tokens are. */
function internTokens(before: readonly TokenText[], after: readonly TokenText[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const intern = ({ kind, text }: TokenText): number => {
    const key = `${kind} ${text}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  return [Int32Array.from(before, intern), Int32Array.from(after, intern)];
}

/** Equal tokens: `length` from `x` of one list and from `y` of the other on. */
type Run = [x: number, y: number, length: number];

/** Runs of equal tokens, in order, that a shortest script keeps; none where the two differ in too much. */
function commonRuns(a: Int32Array, b: Int32Array, middle: Hunk): Run[] {
  const { start, end, from, to } = middle;
  const [n, m] = [end - start, to - from];
  if (n === 0 || m === 0) return [];
  const limit = Math.min(n + m, MOST_CHANGES);
  // reach[zero + k]: how far along `a` diagonal k (x - y) got with the changes so far.
  const zero = limit + 1;
  const reach = new Int32Array(2 * zero + 1);
  const trace: Int32Array[] = [];
  for (let changes = 0; changes <= limit; changes++) {
    for (let k = -changes; k <= changes; k += 2) {
      const down = k === -changes || (k !== changes && reach[zero + k - 1] < reach[zero + k + 1]);
      let x = down ? reach[zero + k + 1] : reach[zero + k - 1] + 1;
      while (x < n && x - k < m && a[start + x] === b[from + x - k]) x++;
      reach[zero + k] = x;
      if (x >= n && x - k >= m) return walkBack(trace, middle);
    }
    trace.push(reach.slice(zero - changes, zero + changes + 1));
  }
  return [];
}

/** Follows the search back from its end. `trace[c][c + k]` is where diagonal k stood after c changes. */
function walkBack(trace: readonly Int32Array[], { start, end, from, to }: Hunk): Run[] {
  const found: Run[] = [];
  let [x, y] = [end - start, to - from];
  for (let changes = trace.length; changes > 0; changes--) {
    const k = x - y;
    const at = (diagonal: number): number => trace[changes - 1][diagonal + changes - 1];
    const down = k === -changes || (k !== changes && at(k - 1) < at(k + 1));
    const previous = down ? at(k + 1) : at(k - 1);
    const after = down ? previous : previous + 1;
    if (x > after) found.push([start + after, from + after - k, x - after]);
    [x, y] = [previous, previous - (down ? k + 1 : k - 1)];
  }
  if (x > 0) found.push([start, from, x]);
  return found.reverse();
}

/** Moves insertions and deletions as far left as equal tokens allow; those that then touch become one. */
function slideLeft(
  before: readonly TokenText[],
  after: readonly TokenText[],
  hunks: readonly Hunk[],
): Hunk[] {
  const done: Hunk[] = [];
  for (let hunk of hunks) {
    for (;;) {
      const last = done.at(-1);
      const { start, end, from, to } = hunk;
      if (last?.end === start) {
        done.pop();
        hunk = { start: last.start, end, from: last.from, to };
        continue;
      }
      // Moved by one to the left it is the same edit when the token taken in equals the one left behind.
      const deletion = from === to && start > 0 && sameToken(before[start - 1], before[end - 1]);
      const insertion = start === end && from > 0 && sameToken(after[from - 1], after[to - 1]);
      if (!deletion && !insertion) break;
      hunk = { start: start - 1, end: end - 1, from: from - 1, to: to - 1 };
    }
    done.push(hunk);
  }
  return done;
}

function mergeNear(hunks: readonly Hunk[], maxGap: number): Hunk[] {
  const merged: Hunk[] = [];
  for (const hunk of hunks) {
    const last = merged.at(-1);
    if (last && hunk.start - last.end <= maxGap)
      merged[merged.length - 1] = { ...last, end: hunk.end, to: hunk.to };
    else merged.push(hunk);
  }
  return merged;
}

/** Pieces of a hunk that remove and write at most `most` tokens each. */
function cut(before: readonly TokenText[], after: readonly TokenText[], hunk: Hunk, most: number): Hunk[] {
  const pieces: Hunk[] = [];
  let { start, from } = hunk;
  while (hunk.end - start > most || hunk.to - from > most) {
    const end = pieceEnd(before, start, hunk.end, most);
    const to = pieceEnd(after, from, hunk.to, most);
    pieces.push({ start, end, from, to });
    [start, from] = [end, to];
  }
  if (hunk.end > start || hunk.to > from) pieces.push({ ...hunk, start, from });
  return pieces;
}

/** End of a piece of [from, end): after its last newline where it has one, else as late as allowed. */
function pieceEnd(tokens: readonly TokenText[], from: number, end: number, most: number): number {
  if (end - from <= most) return end;
  for (let i = from + most; i > from; i--) if (tokens[i - 1].kind === 'newline') return i;
  return from + most;
}

/** The token list after several edits, without positions. The edits are disjoint and in order. */
export function tokensAfterEdits(tokens: readonly TokenText[], edits: readonly Edit[]): TokenText[] {
  const result: TokenText[] = [];
  let at = 0;
  for (const { tokenSpan, replacement } of edits) {
    for (; at < tokenSpan[0]; at++) result.push({ kind: tokens[at].kind, text: tokens[at].text });
    for (const token of replacement) result.push(token);
    at = tokenSpan[1];
  }
  for (; at < tokens.length; at++) result.push({ kind: tokens[at].kind, text: tokens[at].text });
  return result;
}

/**
 * Applies several edits to the text that `tokens` were made from; every span counts in those tokens. As `applyEdit`
 * does, it leaves every character outside the edited places as it is; only where the edits are so entangled that one
 * by one they do not give the wanted tokens is all that lies between them written anew.
 * @throws RangeError when a span lies outside the tokens, or the edits overlap or are out of order
 */
export function applyEdits(source: string, tokens: readonly Token[], edits: readonly Edit[]): string {
  edits.forEach(({ tokenSpan: [start, end] }, i) => {
    const from = edits[i - 1]?.tokenSpan[1] ?? 0;
    if (!(start >= from && end >= start && end < tokens.length))
      throw new RangeError(
        `expected disjoint edits in order, within ${from}..${tokens.length - 1}, got [${start}, ${end})`,
      );
  });
  if (edits.length === 0) return source;
  const wanted = tokensAfterEdits(tokens, edits);
  const backward = applyInTurn(source, tokens, [...edits].reverse(), () => 0);
  if (edits.length === 1 || sameTokens(lex(backward), wanted)) return backward;
  // An edit may change how all that follows it is read (a bracket that is never closed): then first things first.
  const growth = ({ tokenSpan: [start, end], replacement }: Edit): number =>
    replacement.length - (end - start);
  const forward = applyInTurn(source, tokens, edits, growth);
  return sameTokens(lex(forward), wanted) ? forward : applyEdit(source, tokens, spanningEdit(tokens, edits));
}

/** Applies edits one after the other; `growth` says by how much one moves the places of those that come later. */
function applyInTurn(
  source: string,
  tokens: readonly Token[],
  edits: readonly Edit[],
  growth: (edit: Edit) => number,
): string {
  let text = source;
  let current = tokens;
  let shift = 0;
  for (const edit of edits) {
    if (text !== source) current = lex(text);
    const [start, end] = [edit.tokenSpan[0] + shift, edit.tokenSpan[1] + shift];
    // The text reads as other tokens than were meant: the caller sees it by the result.
    if (end >= current.length) return text;
    text = applyEdit(text, current, { ...edit, tokenSpan: [start, end] });
    shift += growth(edit);
  }
  return text;
}

/** One edit that does what several do, rewriting the tokens between them. */
function spanningEdit(tokens: readonly Token[], edits: readonly Edit[]): Edit {
  const start = edits[0].tokenSpan[0];
  const end = edits[edits.length - 1].tokenSpan[1];
  const moved = edits.map((edit) => ({
    ...edit,
    tokenSpan: [edit.tokenSpan[0] - start, edit.tokenSpan[1] - start] as [number, number],
  }));
  return {
    tokenSpan: [start, end],
    charSpan: charSpanOf(tokens, start, end),
    replacement: tokensAfterEdits(tokens.slice(start, end), moved),
  };
}
