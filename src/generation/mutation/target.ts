import type { Binding } from '../../records/example';
import type { ModuleContext } from '../../records/file-context';
import { bindNames } from '../../python/names/bindings';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import type { TokenText } from '../../records/sample';
import { findVariables } from '../../python/names/variables';
import { pairBrackets, type BracketPairs } from '../../python/structure/brackets';
import { logicalLines, type LogicalLine } from '../../python/structure/logical-lines';

/** A clean function and what mutators ask about it. */
export interface MutationTarget extends BracketPairs {
  /** Function source as in Sample.after. */
  source: string;
  tokens: readonly Token[];
  /** One a token. */
  bindings: readonly Binding[];
  context: ModuleContext;
  lines: readonly LogicalLine[];
  /** Index in `lines` for every token; layout tokens belong to the line before them, or to line 0. */
  lineOf: readonly number[];
  /** 1 where a name token reads a variable, 0 where it binds one or is no variable. */
  loads: Uint8Array;
  /** Indices of `in` tokens that belong to a `for`. */
  loopIns: ReadonlySet<number>;
}

const CLOSING = new Set([')', ']', '}']);

/** Lexes a clean function and works out lines, brackets and which names are read. */
export function createTarget(source: string, context: ModuleContext): MutationTarget {
  const tokens = lex(source);
  const lines = logicalLines(tokens);
  const brackets = pairBrackets(tokens);
  const partial = {
    source,
    tokens,
    bindings: bindNames(tokens, context),
    context,
    lines,
    lineOf: linesByToken(tokens.length, lines),
    ...brackets,
  };
  const loopIns = findLoopIns(tokens, brackets);
  return { ...partial, loopIns, loads: findLoads(partial) };
}

/** Tokens and their brackets: what reading calls and operands takes, of clean code and of broken code alike. */
export interface BracketedTokens extends BracketPairs {
  tokens: readonly TokenText[];
}

/** Text of a token, '' outside the list. */
export function textAt({ tokens }: Pick<BracketedTokens, 'tokens'>, index: number): string {
  return tokens[index]?.text ?? '';
}

/** True when tokens from `index` on have exactly these texts. */
export function matchesAt(
  target: Pick<BracketedTokens, 'tokens'>,
  index: number,
  ...texts: string[]
): boolean {
  return index >= 0 && texts.every((text, k) => textAt(target, index + k) === text);
}

/** True for a token that can end an operand: name, literal or closing bracket. */
export function endsOperand({ tokens }: Pick<BracketedTokens, 'tokens'>, index: number): boolean {
  const token = tokens[index];
  if (!token) return false;
  return (
    token.kind === 'name' ||
    token.kind === 'number' ||
    token.kind === 'string' ||
    CLOSING.has(token.text) ||
    token.text === 'None' ||
    token.text === 'True' ||
    token.text === 'False'
  );
}

/** True when token `index` is the opening parenthesis of a call (not of a definition or a tuple). */
export function isCall(target: BracketedTokens, index: number): boolean {
  if (textAt(target, index) !== '(') return false;
  const before = target.tokens[index - 1];
  if (!before || !(before.kind === 'name' || before.text === ')' || before.text === ']')) return false;
  return !['def', 'class'].includes(textAt(target, index - 2));
}

/** The logical line a token stands in. */
export function lineAt(target: MutationTarget, index: number): LogicalLine {
  return target.lines[target.lineOf[index]];
}

/** True when a docstring, which makes no token, stands between line `index` and the one before. */
export function followsDocstring({ source, tokens, lines }: MutationTarget, index: number): boolean {
  if (index === 0) return false;
  const between = source.slice(tokens[lines[index - 1].end].start, tokens[lines[index].first].start);
  return /^[ \t]*[rRuU]?['"]/m.test(between);
}

/** An argument of a call or element of a display: token indices [first, last]. */
export interface Argument {
  first: number;
  last: number;
  /** False for `name=value`, `*x`, `**x` and generator arguments. */
  positional: boolean;
}

/**
 * The comma-separated arguments between an opening bracket and its partner; a closing comma adds none. Commas of
 * lambda parameters part nothing, and a generator is one argument whatever its loops unpack.
 */
export function argumentsOf(target: BracketedTokens, open: number): Argument[] {
  const close = target.partner[open];
  const out: Argument[] = [];
  let first = open + 1;
  let lambdas = 0;
  let generator = false;
  for (let i = open + 1; i <= close; i++) {
    if (target.partner[i] > i) i = target.partner[i];
    const text = textAt(target, i);
    if (text === 'lambda') lambdas += 1;
    else if (text === ':' && lambdas > 0) lambdas -= 1;
    else if (text === 'for') generator = true;
    if (i < close && (text !== ',' || lambdas > 0 || generator)) continue;
    if (i > first) out.push({ first, last: i - 1, positional: isPositional(target, first, i - 1, open) });
    first = i + 1;
  }
  return out;
}

function isPositional(target: BracketedTokens, first: number, last: number, open: number): boolean {
  const start = textAt(target, first);
  if (start === '*' || start === '**' || textAt(target, first + 1) === '=') return false;
  for (let i = first; i <= last; i++)
    if (target.enclosing[i] === open && ['for', 'lambda', ':='].includes(textAt(target, i))) return false;
  return true;
}

/** For each of `count` tokens the index of its line. */
function linesByToken(count: number, lines: readonly LogicalLine[]): number[] {
  const lineOf = new Array<number>(count).fill(0);
  lines.forEach(({ first }, index) => lineOf.fill(index, first, lines[index + 1]?.first ?? count));
  return lineOf;
}

function findLoopIns(tokens: readonly Token[], { enclosing }: BracketPairs): Set<number> {
  const out = new Set<number>();
  tokens.forEach(({ kind, text }, i) => {
    if (kind !== 'keyword' || text !== 'for') return;
    for (let j = i + 1; j < tokens.length && tokens[j].kind !== 'newline'; j++)
      if (tokens[j].text === 'in' && enclosing[j] === enclosing[i]) {
        out.add(j);
        return;
      }
  });
  return out;
}

/** Reads of variables in the function's body; names in signatures are left alone. */
function findLoads(target: Pick<MutationTarget, 'tokens' | 'lines' | 'lineOf' | 'context'>): Uint8Array {
  const { tokens, lines, lineOf } = target;
  const loads = new Uint8Array(tokens.length);
  for (const { token, role, inString } of findVariables(tokens, target.context).occurrences) {
    if (role !== 'use' || inString) continue;
    const { first } = lines[lineOf[token]];
    if (!matchesAt(target, first, 'def') && !matchesAt(target, first, 'async', 'def')) loads[token] = 1;
  }
  return loads;
}

/** True for `=` and augmented assignments. */
export function isAssignment(text: string): boolean {
  return /^([-+*/%@&|^]|\*\*|\/\/|<<|>>)?=$/.test(text);
}
