import { simpleStatements } from '../../python/structure/statements';
import { findScopes, resolveName } from '../../python/names/scopes';
import { BUILTINS } from '../../python/names/builtins';
import type { Token } from '../../python/tokens/token';
import { bracketStep } from '../../python/structure/brackets';
import { skipIndentation, statementEnd } from '../../python/structure/logical-lines';

/** Something that only Python 2 can read. */
export interface Python2Sign {
  /** Index of the token that shows it. */
  token: number;
  /** What it is, for people. */
  what: string;
}

/**
 * What in a program only Python 2 reads: `print x`, `exec code`, `except E, name:`, `raise E, value`, `0755`, `10L`,
 * `<>`, backticks, `ur"..."`, tuples as parameters. Reads tokens, so the rest of the file may be broken. Only for files
 * that no Python 3 compiles: `a <> b` and the others mean nothing else there.
 */
export function python2Signs(tokens: readonly Token[]): Python2Sign[] {
  const signs: Python2Sign[] = [];
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i)) {
    const end = statementEnd(tokens, i);
    for (const [from, to] of simpleStatements(tokens, skipIndentation(tokens, i), end)) {
      const what = statementSign(tokens, from, to);
      if (what) signs.push({ token: from, what });
    }
  }
  tokens.forEach((_, i) => {
    const what = tokenSign(tokens, i);
    if (what) signs.push({ token: i, what });
  });
  return signs.sort((a, b) => a.token - b.token);
}

/** What may begin the value of a `print` or `exec` statement: after the name of a function, it is no Python 3. */
const VALUES = new Set(['string', 'number', 'name']);
const VALUE_WORDS = new Set(['not', 'lambda', 'None', 'True', 'False']);

function statementSign(tokens: readonly Token[], from: number, to: number): string | null {
  const [first, second] = [tokens[from], tokens[from + 1]];
  if (!first || !second || from + 1 >= to) return null;
  if (first.kind === 'name' && (first.text === 'print' || first.text === 'exec')) {
    const isValue = VALUES.has(second.kind) || (second.kind === 'keyword' && VALUE_WORDS.has(second.text));
    // Not where a bracket is missing: `print x)` is a slip of Python 3.
    if (isValue && isBalanced(tokens, from, to)) return `the ${first.text} statement`;
    return second.text === '>>' && isTargeted(tokens, from, to) ? 'the print statement' : null;
  }
  if (first.kind !== 'keyword') return null;
  const comma = outsideComma(tokens, from, to);
  if (comma < 0) return null;
  if (first.text === 'raise') return '`raise E, value`';
  return first.text === 'except' && bindsException(tokens, comma) ? '`except E, name:`' : null;
}

/** `print >>stream, value`: with a comma, which would be odd in a shift. */
function isTargeted(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens[from + 2]?.kind === 'name' && outsideComma(tokens, from, to) > 0;
}

/**
 * `except E, name:` where `name` is nothing else than the exception caught. Since 3.14 the same form lists classes, so
 * a name that the program or Python knows otherwise, or that is written as a class, is one.
 */
function bindsException(tokens: readonly Token[], comma: number): boolean {
  const [name, after] = [tokens[comma + 1], tokens[comma + 2]];
  if (name?.kind !== 'name' || after?.text !== ':' || BUILTINS.has(name.text) || /^[A-Z]/.test(name.text))
    return false;
  const { of } = findScopes(tokens);
  const resolved = resolveName(name.text, comma + 1, of[comma + 1]);
  return resolved === undefined || resolved.binding !== 'import';
}

function tokenSign(tokens: readonly Token[], i: number): string | null {
  const { kind, text, end } = tokens[i];
  const next = tokens[i + 1];
  const touches = next !== undefined && next.start === end;
  switch (kind) {
    case 'number':
      if (/^0[0-7]*[1-7][0-7]*$/.test(text)) return `the octal number ${text}`;
      return touches && /^[lL]$/.test(next.text) ? `the long number ${text}${next.text}` : null;
    case 'name':
      return touches && next.kind === 'string' && /^ur$/i.test(text) ? 'a string of the kind ur"..."' : null;
    case 'op':
      if (text === '<>') return 'the operator <>';
      return text === '(' && isTupleParameter(tokens, i) ? 'a tuple as a parameter' : null;
    case 'error-char':
      return text === '`' && opensPair(tokens, i) ? 'backticks' : null;
    default:
      return null;
  }
}

/** `def f(a, (b, c)):` at the inner bracket. */
function isTupleParameter(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text;
  if ((before !== ',' && before !== '(') || tokens[at + 1]?.kind !== 'name') return false;
  let [depth, i] = [0, at - 1];
  for (; i >= 0 && tokens[i].kind !== 'newline'; i--) {
    depth -= bracketStep(tokens[i]);
    if (depth < 0) break;
  }
  if (!(tokens[i - 2]?.text === 'def' && tokens[i - 2].kind === 'keyword')) return false;
  // Names and commas only, else it may be a call or a default.
  for (let k = at + 1; k < tokens.length; k++)
    if (tokens[k].text === ')')
      return [',', ')'].includes(tokens[k + 1]?.text) && tokens[k - 2]?.text === ',';
    else if (tokens[k].kind !== 'name' && tokens[k].text !== ',') return false;
  return false;
}

/** The first of an even number of backticks on the line. */
function opensPair(tokens: readonly Token[], at: number): boolean {
  let count = 0;
  for (let i = at - 1; i >= 0 && tokens[i].kind !== 'newline'; i--) if (tokens[i].text === '`') return false;
  for (let i = at; i < tokens.length && tokens[i].kind !== 'newline'; i++)
    if (tokens[i].text === '`') count++;
  return count % 2 === 0;
}

function outsideComma(tokens: readonly Token[], from: number, to: number): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    depth += bracketStep(tokens[i]);
    if (depth === 0 && tokens[i].kind === 'op' && tokens[i].text === ',') return i;
  }
  return -1;
}

function isBalanced(tokens: readonly Token[], from: number, to: number): boolean {
  let depth = 0;
  for (let i = from; i < to; i++) {
    depth += bracketStep(tokens[i]);
    if (depth < 0) return false;
  }
  return depth === 0;
}
