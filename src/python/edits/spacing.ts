import type { TokenText } from '../../records/sample';
import { operatorLength } from '../tokens/literals';
import { bracketStep } from '../structure/brackets';

const WORDS = new Set(['name', 'keyword', 'number', 'string', 'error-string']);
const VALUES = new Set(['True', 'False', 'None']);
/** Operators that may stand before their only operand. */
const UNARY = new Set(['-', '+', '*', '**', '~']);

const BINARY = new Set('+ - * / % @ & | ^ ** // << >> < > == != <= >='.split(' '));

/** How the line around an edit is written. */
export interface SpacingStyle {
  /** No space after commas: `f(a,b)`. */
  tightCommas: boolean;
  /** No spaces around operators: `a+b`. */
  tightOperators: boolean;
}

const PEP8: SpacingStyle = { tightCommas: false, tightOperators: false };

/**
 * The style of a line, from the gaps between its tokens: `gaps[i]` stands before token i, undefined where it is
 * not known. Tight is what has no space at all where one could be.
 */
export function spacingStyle(
  tokens: readonly TokenText[],
  gaps: readonly (string | undefined)[],
): SpacingStyle {
  const commas: string[] = [];
  const operators: string[] = [];
  tokens.forEach((token, i) => {
    const [before, after] = [gaps[i], gaps[i + 1]];
    if (token.kind !== 'op') return;
    if (token.text === ',' && after !== undefined) commas.push(after);
    else if (BINARY.has(token.text) && (before === undefined || after === undefined || !isPrefix(tokens, i)))
      operators.push((before ?? '') + (after ?? ''));
  });
  const tight = (list: readonly string[]): boolean => list.length > 0 && list.every((gap) => gap === '');
  return { tightCommas: tight(commas), tightOperators: tight(operators) };
}

/**
 * White space that PEP 8 puts before each token of a logical line ('' or ' '; '' for the first). Never lets two
 * tokens run into one. Newline tokens in between start a new line.
 */
export function lineSpaces(tokens: readonly TokenText[], style: SpacingStyle = PEP8): string[] {
  const open: string[] = [];
  return tokens.map((token, i) => {
    const step = bracketStep(token);
    if (step < 0) open.pop();
    const space = i > 0 ? spaceBefore(tokens, i, open.at(-1) ?? '', style) : '';
    if (step > 0) open.push(token.text);
    if (token.kind === 'newline') open.length = 0;
    return space;
  });
}

function spaceBefore(tokens: readonly TokenText[], i: number, bracket: string, style: SpacingStyle): string {
  const [left, right] = [tokens[i - 1], tokens[i]];
  if (left.kind === 'newline') return '';
  const tight =
    (style.tightCommas && left.text === ',') ||
    (style.tightOperators && (BINARY.has(left.text) || BINARY.has(right.text)));
  return (!tight && wantsSpace(tokens, i, bracket)) || mustSeparate(left, right) ? ' ' : '';
}

function wantsSpace(tokens: readonly TokenText[], i: number, bracket: string): boolean {
  const [left, right] = [tokens[i - 1], tokens[i]];
  const [a, b] = [left.text, right.text];
  if (right.kind === 'newline' || right.kind === 'end') return false;
  if (bracketStep(left) > 0 || bracketStep(right) < 0 || a === '.') return false;
  if (b === '.') return isOpenKeyword(left);
  if (b === ',' || b === ';' || b === ':') return false;
  // A keyword argument or default, unless it follows an annotation.
  if ((a === '=' || b === '=') && bracket === '(') return isAnnotated(tokens, a === '=' ? i - 1 : i);
  if (a === ':' && bracket === '[') return false;
  if (UNARY.has(a) && isPrefix(tokens, i - 1)) return false;
  if (a === '@' && isPrefix(tokens, i - 1)) return false;
  if (b === '(' || b === '[') return !isOperand(left);
  return true;
}

/** Does the operator at `index` have no operand on its left? */
function isPrefix(tokens: readonly TokenText[], index: number): boolean {
  const before = tokens[index - 1];
  if (before === undefined || before.kind === 'newline' || isOpenKeyword(before)) return true;
  return before.kind === 'op' && bracketStep(before) >= 0;
}

/** Is there an annotation between the `=` at `index` and its parameter? */
function isAnnotated(tokens: readonly TokenText[], index: number): boolean {
  let depth = 0;
  for (let i = index - 1; i >= 0 && depth >= 0; i--) {
    depth -= bracketStep(tokens[i]);
    if (depth === 0 && tokens[i].text === ',') return false;
    if (depth === 0 && tokens[i].text === ':') return true;
  }
  return false;
}

/** Does an expression end here, so that a bracket after it calls or indexes? */
function isOperand(token: TokenText): boolean {
  return token.kind === 'name' || token.kind === 'string' || bracketStep(token) < 0 || VALUES.has(token.text);
}

/** A keyword that something follows, unlike `None`. */
function isOpenKeyword(token: TokenText): boolean {
  return token.kind === 'keyword' && !VALUES.has(token.text);
}

/** Would the two texts, written without a gap, read as other tokens? */
export function mustSeparate(left: TokenText, right: TokenText): boolean {
  const [a, b] = [left.text, right.text];
  if (a === '' || b === '') return false;
  if (WORDS.has(left.kind) && WORDS.has(right.kind)) return true;
  if (left.kind === 'number') return b.startsWith('.');
  if (right.kind === 'number') return a === '.';
  if (left.kind.startsWith('error') || right.kind === 'error-char') return true;
  return left.kind === 'op' && right.kind === 'op' && operatorLength(a + b, 0) !== a.length;
}
