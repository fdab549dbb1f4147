import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, endsOperand, isCall, textAt } from '../../mutation/target';
import { replaceTokens } from '../../mutation/text-edit';
import { inSignature } from '../tools/lines';
import { tokenSites } from '../tools/sites';

/** Binding strength of operators, weakest first; attribute, index and call are the strongest. */
const STRENGTH: Readonly<Record<string, number>> = {
  ':=': 1, if: 2, else: 2, or: 3, and: 4, not: 5,
  '<': 6, '<=': 6, '>': 6, '>=': 6, '==': 6, '!=': 6, in: 6, is: 6,
  '|': 7, '^': 8, '&': 9, '<<': 10, '>>': 10, '+': 11, '-': 11,
  '*': 12, '/': 12, '//': 12, '%': 12, '@': 12, sign: 13, '**': 14, await: 15, '.': 16, '[': 16, '(': 16,
}; // prettier-ignore

/** Above every operator: a name, a literal. */
const STRONGEST = 17;

/** `(a or b) and c` becomes `a or b and c`. */
export const missingPrecedenceParentheses: Mutator = {
  bugType: 'missing-precedence-parentheses',
  why: 'The operators beside the parentheses bind tighter than those inside, and take another operand.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, open) =>
        text === '(' &&
        !isCall(target, open) &&
        target.partner[open] > open + 2 &&
        target.partner[open] - open < Math.min(MAX_SPAN, SLOTS) &&
        !inSignature(target, open) &&
        isRegrouped(target, open),
    ),
  apply(target, { token: open }) {
    const { source, tokens, partner } = target;
    const inner = source.slice(tokens[open].end, tokens[partner[open]].start).trim();
    // A line break needs the parentheses, unless others stand around.
    if (inner.includes('\n') && target.enclosing[open] < 0) return null;
    return replaceTokens(target, open, partner[open], inner);
  },
};

/** True when an operator next to the parentheses would take only a part of what is inside. */
function isRegrouped(target: MutationTarget, open: number): boolean {
  const close = target.partner[open];
  const weakest = weakestInside(target, open);
  // `2.real` would be a number with a fault.
  const dotted = target.tokens[close - 1].kind === 'number' && textAt(target, close + 1) === '.';
  if (weakest === undefined || dotted) return false;
  const right = strengthAfter(target, close + 1);
  if (weakest === STRENGTH[':=']) {
    const opens = ['if', 'elif', 'while', '('].includes(textAt(target, open - 1));
    return opens && right >= STRENGTH.or && right <= STRENGTH.in;
  }
  // `a == not b` is no Python, and `2 ** -n` the same as `2 ** (-n)`.
  if (textAt(target, open + 1) === 'not' || weakest === STRENGTH.sign) return right > weakest;
  const left = strengthBefore(target, open - 1);
  const subtracts = left === weakest && ['-', '/', '//', '%'].includes(textAt(target, open - 1));
  return right > weakest || left > weakest || subtracts;
}

/** Strength of the weakest operator of what is in the parentheses; undefined for tuples, generators and lambdas. */
function weakestInside(target: MutationTarget, open: number): number | undefined {
  const close = target.partner[open];
  const elements = argumentsOf(target, open);
  if (elements.length !== 1 || textAt(target, close - 1) === ',') return undefined;
  let weakest = STRONGEST;
  for (let i = open + 1; i < close; i++) {
    if (target.enclosing[i] !== open || target.tokens[i].kind === 'string') continue;
    const text = textAt(target, i);
    if (['yield', 'lambda', 'for'].includes(text)) return undefined;
    const sign = ['-', '+'].includes(text) && !endsOperand(target, i - 1);
    weakest = Math.min(weakest, sign ? STRENGTH.sign : strengthOf(text));
  }
  return weakest;
}

/** How tightly the operator after the group binds, 0 where there is none. */
function strengthAfter(target: MutationTarget, index: number): number {
  const text = textAt(target, index);
  // `if` and `else` after the group make it a part of a ternary, whose parts need no parentheses.
  if (['if', 'else', 'not', 'await', ':='].includes(text) || target.tokens[index].kind === 'string')
    return text === 'not' ? STRENGTH.in : 0;
  return Object.hasOwn(STRENGTH, text) ? STRENGTH[text] : 0;
}

/** How tightly the operator before the group binds, 0 where there is none. */
function strengthBefore(target: MutationTarget, index: number): number {
  const text = textAt(target, index);
  if (['if', 'else', ':=', '.', '[', '('].includes(text) || target.loopIns.has(index)) return 0;
  // A star of an argument is no operator.
  if (text.startsWith('*') && !endsOperand(target, index - 1)) return 0;
  return Object.hasOwn(STRENGTH, text) ? STRENGTH[text] : 0;
}

function strengthOf(text: string): number {
  return Object.hasOwn(STRENGTH, text) ? STRENGTH[text] : STRONGEST;
}
