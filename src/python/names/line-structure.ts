import { codesOf, ENCLOSURES, STATEMENTS, type StatementKind } from '../../records/token-features';
import type { TokenText } from '../../records/sample';
import { simpleStatements } from '../structure/statements';
import { bracketStep, pairBrackets, type BracketPairs } from '../structure/brackets';
import { logicalLines } from '../structure/logical-lines';

/**
 * What the logical line around each token says; one entry a token. Plain arrays where nothing is kept: a typed array
 * is dear to make for the few tokens of a function.
 */
export interface LineStructure extends BracketPairs {
  /** Code in STATEMENTS of the simple statement or header; its `:`, `;` and newline belong to it. */
  statements: Uint8Array;
  /** First token of that statement, -1 outside statements. */
  starts: number[];
  /** Place in the logical line, which begins at 1; 0 outside lines. */
  places: number[];
  /** Code in ENCLOSURES of the innermost bracket; brackets have their own. */
  enclosures: Uint8Array;
  /**
   * Of assignments at their first token: index of the last `=` (or `+=`, or the annotation's colon) outside brackets,
   * before which the targets stand. 0 elsewhere.
   */
  targetEnds: number[];
}

/** Codes of STATEMENTS by name. */
export const STATEMENT_CODES = codesOf(STATEMENTS);
/** Codes of ENCLOSURES by name. */
export const ENCLOSURE_CODES = codesOf(ENCLOSURES);
const AUGMENTED = new Set('+= -= *= /= //= %= @= &= |= ^= >>= <<= **='.split(' '));

const KEYWORDS = new Map<string, StatementKind>([
  ...(
    ['return', 'yield', 'raise', 'assert', 'del', 'import', 'if', 'elif', 'else', 'for', 'while'] as const
  ).map((word) => [word, word] as const),
  ...(['try', 'except', 'finally', 'with', 'def', 'class'] as const).map((word) => [word, word] as const),
  ...['pass', 'break', 'continue'].map((word) => [word, 'jump'] as const),
  ...['global', 'nonlocal'].map((word) => [word, 'scope'] as const),
  ['from', 'import'],
]);

/** Operators that an expression may begin with. */
const PREFIXES = new Set(['(', '[', '{', '-', '+', '~', '*', '...']);
/** Keywords likewise. */
const VALUES = new Set(['None', 'True', 'False', 'not', 'lambda', 'await']);

/**
 * Statements and brackets of a file's or a function's tokens, in linear time. Every logical line stands alone. Works on
 * broken code: `pairBrackets` and `logicalLines` say how.
 */
export function lineStructure(tokens: readonly TokenText[]): LineStructure {
  const count = tokens.length;
  const structure: LineStructure = {
    statements: new Uint8Array(count),
    starts: new Array<number>(count).fill(-1),
    places: new Array<number>(count).fill(0),
    enclosures: new Uint8Array(count),
    ...pairBrackets(tokens),
    targetEnds: new Array<number>(count).fill(0),
  };
  for (const { first, end } of logicalLines(tokens))
    readLine(tokens, first, tokens[end]?.kind === 'newline' ? end + 1 : end, structure);
  readEnclosures(tokens, structure);
  return structure;
}

/** Kinds and places of the tokens [start, end) of a logical line. */
function readLine(
  tokens: readonly TokenText[],
  start: number,
  end: number,
  { statements, starts, places, targetEnds }: LineStructure,
): void {
  const parts = simpleStatements(tokens, start, end);
  parts.forEach(([from, to], k) => {
    if (from >= to) return;
    const { kind, targetEnd } = readStatement(tokens, from, to);
    // The colon or semicolon after it, too; what follows a last one is the newline alone.
    const next = k + 1 < parts.length ? parts[k + 1][0] : end;
    const begin = tokens[from].kind === 'newline' && k > 0 ? parts[k - 1][0] : from;
    statements.fill(begin === from ? STATEMENT_CODES[kind] : statements[begin], from, next);
    starts.fill(begin, from, next);
    targetEnds[from] = targetEnd;
  });
  for (let i = start; i < end; i++) places[i] = i - start + 1;
}

function readStatement(
  tokens: readonly TokenText[],
  from: number,
  to: number,
): { kind: StatementKind; targetEnd: number } {
  const at = tokens[from].text === 'async' && from + 1 < to ? from + 1 : from;
  const { kind, text } = tokens[at];
  const simple = (found: StatementKind): { kind: StatementKind; targetEnd: number } => ({
    kind: found,
    targetEnd: 0,
  });
  if (kind === 'newline') return simple('none');
  if (kind === 'keyword') {
    const word = KEYWORDS.get(text);
    if (word) return simple(word);
    if (!VALUES.has(text)) return simple('other');
  } else if (kind === 'op') {
    if (text === '@') return simple('decorator');
    if (!PREFIXES.has(text)) return simple('other');
  } else if (kind === 'name' && (text === 'match' || text === 'case')) {
    const next = tokens[at + 1];
    const header = tokens[to]?.text === ':' || tokens[to - 2]?.text === ':';
    if (header && next && next.text !== '=' && next.text !== '.' && next.text !== ':') return simple(text);
  } else if (!['name', 'number', 'string'].includes(kind)) {
    return simple('other');
  }
  return readExpression(tokens, from, to);
}

/** An assignment of any form, else an expression. */
function readExpression(
  tokens: readonly TokenText[],
  from: number,
  to: number,
): { kind: StatementKind; targetEnd: number } {
  let depth = 0;
  let equals = 0;
  let colon = 0;
  for (let i = from; i < to; i++) {
    const { kind, text } = tokens[i];
    if (kind === 'keyword' && text === 'lambda') break;
    if (kind !== 'op') continue;
    depth = Math.max(0, depth + bracketStep(tokens[i]));
    if (depth > 0) continue;
    if (AUGMENTED.has(text)) return { kind: 'augmented', targetEnd: i };
    if (text === '=') equals = i;
    else if (text === ':' && equals === 0 && colon === 0) colon = i;
  }
  if (colon > 0) return { kind: 'annotated', targetEnd: colon };
  if (equals > 0) return { kind: 'assignment', targetEnd: equals };
  const last = tokens[to - 1].kind === 'newline' ? to - 2 : to - 1;
  return { kind: last > from && tokens[last].text === ')' ? 'call' : 'expression', targetEnd: 0 };
}

function readEnclosures(
  tokens: readonly TokenText[],
  { statements, enclosures, enclosing, partner }: LineStructure,
): void {
  for (let i = 0; i < tokens.length; i++) {
    const around = enclosing[i];
    if (bracketStep(tokens[i]) > 0) enclosures[i] = opens(tokens, i, statements[i], around < 0);
    else if (partner[i] >= 0) enclosures[i] = enclosures[partner[i]];
    else if (around >= 0) enclosures[i] = enclosures[around];
  }
}

/** Code in ENCLOSURES of the bracket that opens at `index`. */
function opens(tokens: readonly TokenText[], index: number, statement: number, outermost: boolean): number {
  const { text } = tokens[index];
  if (text === '{') return ENCLOSURE_CODES.braces;
  if (text === '(' && outermost) {
    if (statement === STATEMENT_CODES.def) return ENCLOSURE_CODES.parameters;
    if (statement === STATEMENT_CODES.class) return ENCLOSURE_CODES.bases;
  }
  const before = tokens[index - 1];
  const follows =
    before !== undefined && (before.kind === 'name' || before.kind === 'string' || bracketStep(before) < 0);
  // `match (x):` and `import (a, b)` group.
  const groups = statement === STATEMENT_CODES.match || statement === STATEMENT_CODES.case;
  if (!follows || (groups && outermost && isSoft(tokens, index - 1)))
    return text === '(' ? ENCLOSURE_CODES.group : ENCLOSURE_CODES.list;
  return text === '(' ? ENCLOSURE_CODES.call : ENCLOSURE_CODES.index;
}

function isSoft(tokens: readonly TokenText[], index: number): boolean {
  const { text } = tokens[index];
  const before = tokens[index - 1];
  return (text === 'match' || text === 'case') && (before === undefined || before.text === '');
}
