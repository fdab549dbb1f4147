import { SLOTS } from '../../records/example';
import type { Mutator } from '../mutator';
import {
  argumentsOf,
  isAssignment,
  isCall,
  lineAt,
  textAt,
  type Argument,
  type MutationTarget,
} from '../target';
import { applyTextEdit, replaceTokens, type TextEdit } from '../text-edit';
import { tokenSites } from './sites';

/** Source text of tokens [first, last]. */
export function textOf({ source, tokens }: MutationTarget, first: number, last: number): string {
  return source.slice(tokens[first].start, tokens[last].end);
}

/** True when two runs of tokens have the same texts. */
export function sameText(target: MutationTarget, first: number, other: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (textAt(target, first + k) !== textAt(target, other + k)) return false;
  return true;
}

const OPERAND_KINDS = new Set(['name', 'number', 'string']);

/** First token of the operand that ends at token `last`: the `a` of `a.b(c)[d]`. Signs do not belong to it. */
export function operandStart(target: MutationTarget, last: number): number {
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
export function operandEnd(target: MutationTarget, first: number): number {
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

/** The edit, or null where it would leave a line `x = x`, which nobody would have written. */
export function unlessIdle(target: MutationTarget, edit: TextEdit): TextEdit | null {
  const { first, end } = lineAt(target, tokenAt(target, edit.start));
  const from = target.tokens[first].start;
  const line = target.source.slice(from, target.tokens[end].start);
  const changed = applyTextEdit(line, { start: edit.start - from, end: edit.end - from, text: edit.text });
  return /^(.+) = \1$/s.test(changed.trim()) ? null : edit;
}

/** Index of the last token that starts at or before an offset. */
function tokenAt({ tokens }: MutationTarget, offset: number): number {
  let i = 0;
  while (i + 1 < tokens.length && tokens[i + 1].start <= offset) i += 1;
  return i;
}

/** Removes an argument of a call together with the comma that goes with it. */
export function removeArgument(target: MutationTarget, { first, last }: Argument): TextEdit {
  if (textAt(target, first - 1) === ',') return replaceTokens(target, first - 1, last, '');
  const { tokens } = target;
  if (textAt(target, last + 1) === ',')
    return { start: tokens[first].start, end: tokens[last + 2].start, text: '' };
  return { start: tokens[first - 1].end, end: tokens[last + 1].start, text: '' };
}

/** Writes two neighbouring arguments the other way round; what stands between them stays. */
export function swapArguments(target: MutationTarget, left: Argument, right: Argument): TextEdit {
  const { source, tokens } = target;
  const [start, end] = [tokens[left.first].start, tokens[right.last].end];
  const between = source.slice(tokens[left.last].end, tokens[right.first].start);
  const text = textOf(target, right.first, right.last) + between + textOf(target, left.first, left.last);
  return { start, end, text };
}

/**
 * True for `name=name` that is the only use of a parameter: without it the parameter is not passed on, which is a
 * bug type of its own.
 */
export function passesOn(target: MutationTarget, { first, last }: Argument): boolean {
  const name = textAt(target, first);
  if (last !== first + 2 || textAt(target, last) !== name || target.bindings[last] !== 'parameter')
    return false;
  return target.tokens.filter(({ text }, i) => text === name && target.loads[i] === 1).length === 1;
}

/** What {@link keywordDropper} needs. */
export interface KeywordDropOptions {
  bugType: string;
  why: string;
  /** Keywords that the mutator knows, to be quick elsewhere. */
  keywords: ReadonlySet<string>;
  /** Whether the call with its parenthesis at `open` misbehaves without the keyword argument. */
  matters: (target: MutationTarget, open: number, argument: Argument) => boolean;
}

/** A mutator that deletes `name=value` from calls. */
export function keywordDropper({ bugType, why, keywords, matters }: KeywordDropOptions): Mutator {
  return {
    bugType,
    why,
    sites: (target) =>
      tokenSites(target, ({ kind, text }, i) => {
        const argument = kind === 'name' && keywords.has(text) ? keywordAt(target, i) : undefined;
        return argument !== undefined && matters(target, target.enclosing[i], argument);
      }),
    apply(target, { token }) {
      const argument = keywordAt(target, token);
      return argument ? removeArgument(target, argument) : null;
    },
  };
}

/** The argument of a call, or element of a display, that starts at token `first`. */
export function argumentAt(target: MutationTarget, first: number): Argument | undefined {
  return argumentsOf(target, target.enclosing[first]).find((argument) => argument.first === first);
}

/** The keyword argument whose name stands at `index`, or undefined where no keyword of a call stands there. */
export function keywordAt(target: MutationTarget, index: number): Argument | undefined {
  const open = target.enclosing[index];
  if (textAt(target, index + 1) !== '=' || open < 0 || !isCall(target, open)) return undefined;
  return argumentAt(target, index);
}
