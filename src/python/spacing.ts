import type { TokenText } from '../records/sample';
import { operatorLength } from './literals';

const OPENERS = new Set(['(', '[', '{']);
const CLOSERS = new Set([')', ']', '}']);
/** Operators written without spaces around them. */
const TIGHT = new Set(['.', '~']);
const WORDS = new Set(['name', 'keyword', 'number', 'string', 'error-string']);

/** White space that PEP 8 puts between two tokens of one line: '' or ' '. Never joins two tokens into one. */
export function preferredSpace(left: TokenText, right: TokenText): string {
  return wantsSpace(left, right) || mustSeparate(left, right) ? ' ' : '';
}

function wantsSpace(left: TokenText, right: TokenText): boolean {
  const [a, b] = [left.text, right.text];
  if (right.kind === 'newline' || right.kind === 'end') return false;
  if (OPENERS.has(a) || CLOSERS.has(b) || TIGHT.has(a) || TIGHT.has(b))
    return isWordKeyword(left) && TIGHT.has(b);
  if (b === ',' || b === ';' || b === ':') return false;
  if (OPENERS.has(b) && b !== '{') return !isOperand(left);
  if (a === '@' || a === '!') return false;
  return true;
}

/** Does an expression end here, so that a bracket after it calls or indexes? */
function isOperand(token: TokenText): boolean {
  return (
    token.kind === 'name' ||
    token.kind === 'string' ||
    CLOSERS.has(token.text) ||
    /^(True|False|None)$/.test(token.text)
  );
}

function isWordKeyword(token: TokenText): boolean {
  return token.kind === 'keyword' && !/^(True|False|None)$/.test(token.text);
}

/** Would the two texts, written without a gap, read as other tokens? */
export function mustSeparate(left: TokenText, right: TokenText): boolean {
  const [a, b] = [left.text, right.text];
  if (a === '' || b === '') return false;
  if (WORDS.has(left.kind) && WORDS.has(right.kind)) {
    // Two strings may touch, unless their quotes would run together.
    return left.kind !== 'string' || right.kind !== 'string' || /^["']/.test(b);
  }
  if (left.kind === 'number') return b.startsWith('.');
  if (right.kind === 'number') return a === '.' && left.kind === 'op';
  if (left.kind === 'error-string' || left.kind === 'error-char' || right.kind === 'error-char') return true;
  return left.kind === 'op' && right.kind === 'op' && operatorLength(a + b, 0) !== a.length;
}
