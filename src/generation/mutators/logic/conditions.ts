import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, lineAt, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { inSignature } from '../tools/lines';
import { tokenSites } from '../tools/sites';
import { spanText, textsOf } from '../tools/texts';

/** An operand of a chain of `and` and `or`: tokens [first, last]. */
interface Operand {
  first: number;
  last: number;
}

/** `x is not None and x.y` becomes `x.y`: deletes one part of a condition. */
export const missingCondition: Mutator = {
  bugType: 'missing-condition',
  why: 'The deleted part kept the rest from values that it cannot take, or was all that read a variable.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }) => kind === 'keyword' && (text === 'and' || text === 'or')).flatMap(
      ({ token }): MutationSite[] => {
        const operands = operandsAround(target, token);
        if (!operands || inSignature(target, token)) return [];
        const [left, right] = operands;
        const sites: MutationSite[] = [];
        if (isShort(left) && isCheck(target, left, textAt(target, token)) && protects(target, left, right))
          sites.push({ token, form: 'left' });
        if (isShort(right) && inCondition(target, token) && isOnlyReader(target, right))
          sites.push({ token, form: 'right' });
        return sites;
      },
    ),
  apply(target, { token, form }) {
    const operands = operandsAround(target, token);
    if (!operands) return null;
    const [left, right] = operands;
    if (form === 'left') return removeTokens(target, left.first, token);
    const { tokens } = target;
    return { start: tokens[token - 1].end, end: tokens[right.last].end, text: '' };
  },
};

/** With its `and` or `or` the operand must fit an edit. */
function isShort({ first, last }: Operand): boolean {
  return last - first + 2 <= SLOTS;
}

const ENDS_OPERAND = new Set(['and', 'or', ':', ',', 'if', 'else', 'for', 'async']);
const STARTS_OPERAND = new Set(['and', 'or', 'if', 'elif', 'while', 'return', 'assert', 'else', ',', '=']);

/** The operands left and right of an `and` or `or`; undefined where one is no plain operand. */
function operandsAround(target: MutationTarget, operator: number): [Operand, Operand] | undefined {
  const line = lineAt(target, operator);
  let first = operator;
  while (first > line.first) {
    const { text, kind } = target.tokens[first - 1];
    const starts = STARTS_OPERAND.has(text) || target.loopIns.has(first - 1);
    if (first - 1 === target.enclosing[operator] || (starts && kind !== 'string')) break;
    if (text === 'lambda' || text === ':') return undefined;
    first = target.partner[first - 1] >= 0 ? target.partner[first - 1] : first - 1;
  }
  let last = operator;
  while (last + 1 < line.end) {
    const { text, kind } = target.tokens[last + 1];
    if (last + 1 === target.partner[target.enclosing[operator]]) break;
    if (ENDS_OPERAND.has(text) && kind !== 'string') break;
    if (text === 'lambda') return undefined;
    last = target.partner[last + 1] >= 0 ? target.partner[last + 1] : last + 1;
  }
  return first < operator && last > operator
    ? [
        { first, last: operator - 1 },
        { first: operator + 1, last },
      ]
    : undefined;
}

/** True inside the condition of a statement or comprehension: elsewhere `x or y` is mostly a value with its fallback. */
function inCondition(target: MutationTarget, operator: number): boolean {
  const { first } = lineAt(target, operator);
  if (['if', 'elif', 'while', 'assert'].includes(textAt(target, first))) return true;
  for (let i = operator - 1; i > first; i--) {
    if (target.partner[i] >= 0 && target.partner[i] < i) i = target.partner[i];
    else if (target.enclosing[i] !== target.enclosing[operator]) return false;
    else if (textAt(target, i) === 'if') return true;
  }
  return false;
}

const CHECKS = new Set(['isinstance', 'issubclass', 'hasattr', 'callable', 'len']);

/** True for an operand that asks whether a value is there and of which kind: what stands before an `and` or `or` as a guard. */
function isCheck(target: MutationTarget, { first, last }: Operand, operator: string): boolean {
  const negated = textAt(target, first) === 'not';
  const texts = textsOf(target, first, last);
  const none = textAt(target, last) === 'None' && texts.includes('is');
  if (operator === 'or')
    return negated || texts.includes('not') || none || (texts.includes('len') && texts.includes('=='));
  if (negated) return false;
  const plain = texts.every((text, k) =>
    k % 2 === 0 ? target.tokens[first + k].kind === 'name' : text === '.',
  );
  return plain || (none && texts.includes('not')) || texts.some((text) => CHECKS.has(text) || text === 'in');
}

/**
 * True when the left operand asks whether a value is there (`x`, `x is not None`, `hasattr(x, ...)`, `len(x) > 1`,
 * `i < len(x)`, `k in x`) and the right one uses that value in a way that would fail without it.
 */
function protects(target: MutationTarget, left: Operand, right: Operand): boolean {
  const subjects = new Set<string>();
  const asksForKey = target.tokens.slice(left.first, left.last + 1).some(({ text }) => text === 'in');
  for (let i = left.first; i <= left.last; i++)
    if (isVariable(target, i)) subjects.add(chainAt(target, i, left.last));
  // The object itself is always there.
  subjects.delete('self');
  for (let i = right.first; i <= right.last; i++) {
    const chain = chainAt(target, i, right.last);
    if (textAt(target, i - 1) === '.' || chain === '') continue;
    for (const subject of subjects)
      if (subject !== '' && subject !== 'self' && needs(target, i, subject, right.last, asksForKey))
        return true;
  }
  return false;
}

function isVariable({ bindings, loads }: MutationTarget, index: number): boolean {
  return loads[index] === 1 && (bindings[index] === 'parameter' || bindings[index] === 'local');
}

/** The chain `a.b.c` that starts with the name at token `i`, as text. */
function chainAt(target: MutationTarget, i: number, last: number): string {
  let end = i;
  while (end + 2 <= last && textAt(target, end + 1) === '.') end += 2;
  // A method's name is no value: `x.y.strip()` asks of `x.y`.
  if (textAt(target, end + 1) === '(' && end > i) end -= 2;
  return spanText(target, i, end);
}

const TAKES_NO_NONE = new Set(['<', '<=', '>', '>=', '+', '-', '*', '/', '%', '//', 'in']);

/**
 * True when `subject` starts at token `i` and its use fails without a value: an attribute, call or index of it, an
 * index by it, its length, or, unless the guard asks for a key alone, an operator.
 */
function needs(
  target: MutationTarget,
  i: number,
  subject: string,
  last: number,
  asksForKey: boolean,
): boolean {
  const end = i + subject.split(' ').length - 1;
  if (end > last || spanText(target, i, end) !== subject) return false;
  const [before, after] = [textAt(target, i - 1), textAt(target, end + 1)];
  if (['.', '[', '('].includes(after)) return true;
  if (before === '[' && target.enclosing[i] === i - 1) return true;
  if (before === '(' && textAt(target, i - 2) === 'len') return true;
  return !asksForKey && (TAKES_NO_NONE.has(after) || TAKES_NO_NONE.has(before));
}

/** True when the operand alone reads some parameter or local: without it the variable has no use. */
function isOnlyReader(target: MutationTarget, { first, last }: Operand): boolean {
  for (let i = first; i <= last; i++) {
    const name = textAt(target, i);
    if (!isVariable(target, i) || ['self', 'cls'].includes(name)) continue;
    if (!target.tokens.some(({ text }, k) => k !== i && text === name && target.loads[k] === 1)) return true;
  }
  return false;
}
