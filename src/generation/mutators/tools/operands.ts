import { SLOTS } from '../../../records/example';
import {
  type Argument,
  type BracketedTokens,
  type MutationTarget,
  isAssignment,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceTokens } from '../../mutation/text-edit';
import { textOf } from './texts';

/** Is what stands at tokens [first, last] one side of a comparison? */
export function isCompared(target: MutationTarget, first: number, last: number): boolean {
  const signs = ['==', '!=', '<', '<=', '>', '>=', 'in', 'is'];
  return signs.includes(textAt(target, first - 1)) || signs.includes(textAt(target, last + 1));
}

const OPERAND_KINDS = new Set(['name', 'number', 'string']);

/** First token of the operand that ends at token `last`: the `a` of `a.b(c)[d]`. Signs do not belong to it. */
export function operandStart(target: BracketedTokens, last: number): number {
  let i = last;
  for (;;) {
    const open = target.partner[i];
    if (open >= 0 && open < i) {
      const before = target.tokens[open - 1];
      const trails =
        textAt(target, open) !== '{' &&
        before !== undefined &&
        (before.kind === 'name' || before.kind === 'string' || /^[)\]]$/.test(before.text));
      if (!trails) return open;
      i = open - 1;
    } else if (textAt(target, i - 1) === '.' && i >= 2) i -= 2;
    else return i;
  }
}

/** Last token of the operand that starts at token `first`: the `]` of `a.b(c)[d]`. */
export function operandEnd(target: BracketedTokens, first: number): number {
  let i = Math.max(first, target.partner[first]);
  for (;;) {
    const next = textAt(target, i + 1);
    if (next === '.' && target.tokens[i + 2]?.kind === 'name') i += 2;
    else if (next === '(' || next === '[') i = target.partner[i + 1];
    else return i;
    if (i < 0) return first;
  }
}

/** True when tokens [first, last] are one operand: a name, literal or display with its attributes, calls, indices. */
export function isOperand(target: MutationTarget, first: number, last: number): boolean {
  const token = target.tokens[first];
  const starts = OPERAND_KINDS.has(token.kind) || target.partner[first] > first;
  return starts && operandEnd(target, first) === last;
}

/** True when tokens [first, last] are a name or a dotted path of names. */
export function isPath(target: MutationTarget, first: number, last: number): boolean {
  if ((last - first) % 2 !== 0) return false;
  for (let i = first; i <= last; i++) {
    const fits = (i - first) % 2 === 0 ? target.tokens[i].kind === 'name' : textAt(target, i) === '.';
    if (!fits) return false;
  }
  return true;
}

/** How tightly an expression holds together: later ones are taken apart by more of what may stand beside them. */
export const LEVELS = ['operand', 'arithmetic', 'comparison', 'loosest'] as const;
/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

const BOOLEAN = new Set(['and', 'or', 'not', 'if', 'else']);
const COMPARISON = new Set(['in', 'is', '<', '<=', '>', '>=', '==', '!=']);
const DELIMITERS_BEFORE = new Set(['(', '[', '{', ',', ':', 'return', 'yield', ':=']);
const DELIMITERS_AFTER = new Set([')', ']', '}', ',', ':']);

/**
 * How an expression of a level is written in place of tokens [first, last]: in parentheses where what stands around
 * it would otherwise take it apart.
 */
export function placed(
  target: MutationTarget,
  first: number,
  last: number,
  text: string,
  level: Level,
): string {
  const rank = LEVELS.indexOf(level);
  const holds = (text: string): boolean =>
    (BOOLEAN.has(text) && rank <= 2) || (COMPARISON.has(text) && rank <= 1);
  const before = target.tokens[first - 1];
  const after = target.tokens[last + 1];
  const starts =
    !before ||
    ['newline', 'indent', 'dedent'].includes(before.kind) ||
    DELIMITERS_BEFORE.has(before.text) ||
    isAssignment(before.text) ||
    holds(before.text);
  const ends =
    !after ||
    after.kind === 'newline' ||
    DELIMITERS_AFTER.has(after.text) ||
    isAssignment(after.text) ||
    holds(after.text);
  return rank === 0 || (starts && ends) ? text : `(${text})`;
}

/** The level of the expression that tokens [first, last] are. */
export function levelOf(target: MutationTarget, first: number, last: number): Level {
  if (isOperand(target, first, last)) return 'operand';
  let level: Level = 'arithmetic';
  for (let i = first; i <= last; i++) {
    const { kind, text } = target.tokens[i];
    if (target.enclosing[i] !== target.enclosing[first] || text === 'None') continue;
    if (COMPARISON.has(text)) level = 'comparison';
    else if (kind === 'keyword' && text !== 'True' && text !== 'False') return 'loosest';
  }
  return level;
}

/** `f(x)` becomes `x`: writes an argument in place of tokens [first, close] of its call. */
export function unwrapCall(
  target: MutationTarget,
  first: number,
  close: number,
  { first: from, last: to }: Argument,
): TextEdit {
  const text = textOf(target, from, to);
  const level = levelOf(target, from, to);
  // Where the whole call is too long to be written again, parentheses stay, so that the fix is what stood before them.
  const long = close - first + 1 > SLOTS && level !== 'operand';
  return replaceTokens(target, first, close, long ? `(${text})` : placed(target, first, close, text, level));
}

/** Index of the first token of the dotted name that ends at `last`: of `self` for `self.db.commit`. */
export function chainStart(target: BracketedTokens, last: number): number {
  let first = last;
  while (textAt(target, first - 1) === '.' && target.tokens[first - 2]?.kind === 'name') first -= 2;
  return first;
}

/** Index of the last token of the dotted name that starts at `first`: of `commit` for `self.db.commit`. */
export function chainEnd(target: BracketedTokens, first: number): number {
  let last = first;
  while (textAt(target, last + 1) === '.' && target.tokens[last + 2]?.kind === 'name') last += 2;
  return last;
}
