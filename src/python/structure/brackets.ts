import type { TokenText } from '../../records/sample';

/** Which brackets of a token list belong together, one entry a token. */
export interface BracketPairs {
  /** Of brackets the index of the one that matches; -1 for brackets without one and all other tokens. */
  partner: readonly number[];
  /** Index of the innermost bracket open around the token, -1 outside; a bracket is not around itself. */
  enclosing: readonly number[];
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** +1 for an opening bracket, -1 for a closing one, else 0. */
export function bracketStep({ kind, text }: TokenText): number {
  if (kind !== 'op') return 0;
  if (text === '(' || text === '[' || text === '{') return 1;
  return text === ')' || text === ']' || text === '}' ? -1 : 0;
}

/**
 * Pairs the brackets of a file's or a function's tokens, in linear time. Broken code has pairs, too:
 *
 * - A closing bracket matches the innermost open one of its kind. It passes over those of other kinds, which then have
 *   no match and are around nothing any more.
 * - A closing bracket without an open one of its kind has no match and closes nothing.
 * - The end of a logical line closes what it left open, so that it changes nothing in the next line.
 */
export function pairBrackets(tokens: readonly TokenText[]): BracketPairs {
  // Plain arrays: a typed one is dear to make for the few tokens of a function.
  const partner = new Array<number>(tokens.length).fill(-1);
  const enclosing = new Array<number>(tokens.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i];
    if (kind === 'end') open.length = 0;
    const step = bracketStep(tokens[i]);
    if (step < 0) {
      const place = open.findLastIndex((at) => tokens[at].text === OPENING[text]);
      if (place >= 0) {
        partner[i] = open[place];
        partner[open[place]] = i;
        open.length = place;
      }
    }
    if (open.length > 0) enclosing[i] = open[open.length - 1];
    if (step > 0) open.push(i);
    if (kind === 'newline') open.length = 0;
  }
  return { partner, enclosing };
}

/** Index of the bracket that closes the one at `open`, or `end`. Kinds are not compared: depth alone counts. */
export function closingBracket(tokens: readonly TokenText[], open: number, end: number): number {
  let depth = 0;
  for (let i = open; i < end; i++) {
    depth += bracketStep(tokens[i]);
    if (depth === 0) return i;
  }
  return end;
}

/**
 * First index in [from, end) with a text or kind of `stops`, brackets that open on the way passed over; the index of
 * the bracket that closes around `from` where that comes first, else `end`.
 */
export function findAtDepth(
  tokens: readonly TokenText[],
  from: number,
  end: number,
  stops: readonly string[],
): number {
  let depth = 0;
  for (let i = from; i < end; i++) {
    if (depth === 0 && (stops.includes(tokens[i].text) || stops.includes(tokens[i].kind))) return i;
    depth += bracketStep(tokens[i]);
    if (depth < 0) return i;
  }
  return end;
}
