import { MAX_SPAN, SLOTS } from '../../records/example';
import type { MutationSite, Mutator } from '../mutator';
import { argumentsOf, endsOperand, isCall, lineAt, textAt, type MutationTarget } from '../target';
import { removeTokens, replaceTokens } from '../text-edit';
import { inSignature, tokenSites } from './sites';

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
const STARTS_OPERAND = new Set([
  'and',
  'or',
  'if',
  'elif',
  'while',
  'return',
  'assert',
  'else',
  ',',
  '=',
  'in',
]);

/** The operands left and right of an `and` or `or`; undefined where one is no plain operand. */
function operandsAround(target: MutationTarget, operator: number): [Operand, Operand] | undefined {
  const line = lineAt(target, operator);
  let first = operator;
  while (first > line.first) {
    const { text, kind } = target.tokens[first - 1];
    if (first - 1 === target.enclosing[operator] || (STARTS_OPERAND.has(text) && kind !== 'string')) break;
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
  const texts = target.tokens.slice(first, last + 1).map(({ text }) => text);
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
  for (let i = left.first; i <= left.last; i++)
    if (isVariable(target, i)) subjects.add(chainAt(target, i, left.last));
  for (let i = right.first; i <= right.last; i++) {
    const chain = chainAt(target, i, right.last);
    if (textAt(target, i - 1) === '.' || chain === '') continue;
    for (const subject of subjects)
      if (subject !== '' && subject !== 'self' && dereferences(target, i, subject, right.last)) return true;
  }
  return false;
}

function isVariable({ bindings, loads }: MutationTarget, index: number): boolean {
  return loads[index] === 1 && (bindings[index] === 'parameter' || bindings[index] === 'local');
}

/** The chain `a.b.c` that starts at token `i`, as text; '' where none starts. */
function chainAt(target: MutationTarget, i: number, last: number): string {
  if (target.tokens[i].kind !== 'name' || textAt(target, i - 1) === '.') return '';
  let end = i;
  while (end + 2 <= last && textAt(target, end + 1) === '.') end += 2;
  // A method's name is no value: `x.y.strip()` asks of `x.y`.
  if (textAt(target, end + 1) === '(' && end > i) end -= 2;
  return textOf(target, i, end);
}

function textOf({ tokens }: MutationTarget, first: number, last: number): string {
  return tokens
    .slice(first, last + 1)
    .map(({ text }) => text)
    .join(' ');
}

const ORDERING = new Set(['<', '<=', '>', '>=', '+', '-', '*', '/', '%', '//', 'in']);

/** True when `subject` starts at token `i` and is followed by an attribute, call or index, stands in one, or is reckoned with. */
function dereferences(target: MutationTarget, i: number, subject: string, last: number): boolean {
  const end = i + subject.split(' ').length - 1;
  if (end > last || textOf(target, i, end) !== subject) return false;
  if (['.', '[', '('].includes(textAt(target, end + 1))) return true;
  const inBrackets = ['[', '('].includes(textAt(target, i - 1)) && target.enclosing[i] === i - 1;
  if (inBrackets && (textAt(target, i - 1) === '[' || textAt(target, i - 2) === 'len')) return true;
  return ORDERING.has(textAt(target, end + 1)) || ORDERING.has(textAt(target, i - 1));
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

/** `x is not None` becomes `x`, `x is None` becomes `not x`, where 0 or an empty value is one to expect. */
export const truthinessForNoneCheck: Mutator = {
  bugType: 'truthiness-for-none-check',
  why: 'Zero, the empty string and empty containers are false as well, and now count as missing.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }) => kind === 'keyword' && text === 'is').flatMap(
      ({ token }): MutationSite[] => {
        const first = conditionStart(target, token);
        if (first === undefined) return [];
        const negated = textAt(target, token + 1) === 'not';
        const none = negated ? token + 2 : token + 1;
        const ended = [':', 'and', 'or', 'else', ')', ']', 'if'].includes(textAt(target, none + 1));
        if (textAt(target, none) !== 'None' || !ended) return [];
        const kind = falsyKind(target, first, token - 1);
        if (negated) return kind ? [{ token, form: 'not' }] : [];
        return kind === 'number' ? [{ token }] : [];
      },
    ),
  apply(target, { token, form }) {
    if (form === 'not') {
      const { tokens } = target;
      return { start: tokens[token - 1].end, end: tokens[token + 2].end, text: '' };
    }
    const first = conditionStart(target, token);
    if (first === undefined) return null;
    const { source, tokens } = target;
    const subject = source.slice(tokens[first].start, tokens[token - 1].end);
    return replaceTokens(target, first, token + 1, `not ${subject}`);
  },
};

/** First token of the chain `a.b` before `is` when it opens a condition; undefined otherwise. */
function conditionStart(target: MutationTarget, is: number): number | undefined {
  let first = is - 1;
  if (target.tokens[first]?.kind !== 'name') return undefined;
  while (textAt(target, first - 1) === '.' && target.tokens[first - 2]?.kind === 'name') first -= 2;
  const before = textAt(target, first - 1);
  return ['if', 'elif', 'while', 'and', 'or'].includes(before) && is - first <= 5 ? first : undefined;
}

const NUMBER_NAMES =
  /^_?(timeout|limit|offset|index|idx|count|size|length|width|height|depth|level|start|stop|end|step|port|axis|seed|min|max|low|high|lower|upper|vmin|vmax|n|k|num|number|total|weight|scale|delay|retries|age|year|month|day|hour|minute|second|seconds|priority|fill_value|alpha|linewidth|decimals|digits|precision|threshold|tol|nrows|ncols|x|y|z|rate|position|pos|column|row|line|lineno|duration|interval|ttl|expires|max_\w+|min_\w+|num_\w+|n_\w+|\w+_(timeout|limit|offset|index|count|size|width|height|level|depth|port|seconds|step|length))$/;
const NUMBER_OPERATORS = new Set(['<', '<=', '>', '>=', '-', '*', '/', '//', '**']);

/** What shows that the value may be 0 (`number`), or an empty text or container (`empty`). */
function falsyKind(target: MutationTarget, first: number, last: number): 'number' | 'empty' | undefined {
  if (NUMBER_NAMES.test(textAt(target, last))) return 'number';
  const subject = textOf(target, first, last);
  const length = last - first + 1;
  let kind: 'number' | 'empty' | undefined;
  for (let i = 0; i + length <= target.tokens.length; i++) {
    if (textAt(target, i - 1) === '.' || textOf(target, i, i + length - 1) !== subject) continue;
    const [before, after] = [textAt(target, i - 1), textAt(target, i + length)];
    if (NUMBER_OPERATORS.has(after)) return 'number';
    if (NUMBER_OPERATORS.has(before) && (before !== '**' || endsOperand(target, i - 2))) return 'number';
    if (after === ':' && inSignature(target, i)) {
      const annotation = textAt(target, i + length + 1);
      if (['int', 'float'].includes(annotation)) return 'number';
      if (['str', 'bytes', 'list', 'dict', 'bool'].includes(annotation)) kind = 'empty';
    }
    if (before === '(' && ['int', 'float', 'range'].includes(textAt(target, i - 2))) return 'number';
    if (
      before === '(' &&
      ['len', 'str', 'list', 'tuple', 'set', 'dict', 'sorted', 'enumerate'].includes(textAt(target, i - 2))
    )
      kind = 'empty';
    if (before === 'in' || after === '[' || after === '+') kind = 'empty';
  }
  return kind;
}

/** Binding strength of operators, weakest first; attribute, index and call are the strongest. */
const STRENGTH: Readonly<Record<string, number>> = {
  ':=': 1, if: 2, else: 2, or: 3, and: 4, not: 5,
  '<': 6, '<=': 6, '>': 6, '>=': 6, '==': 6, '!=': 6, in: 6, is: 6,
  '|': 7, '^': 8, '&': 9, '<<': 10, '>>': 10, '+': 11, '-': 11,
  '*': 12, '/': 12, '//': 12, '%': 12, '@': 12, '**': 14, await: 15, '.': 16, '[': 16, '(': 16,
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
  const elements = argumentsOf(target, open);
  if (elements.length !== 1 || !elements[0].positional || textAt(target, close - 1) === ',') return false;
  let weakest = STRONGEST;
  for (let i = open + 1; i < close; i++) {
    if (target.enclosing[i] !== open || target.tokens[i].kind === 'string') continue;
    const text = textAt(target, i);
    if (text === 'yield' || text === 'lambda') return false;
    const sign = ['-', '+'].includes(text) && !endsOperand(target, i - 1);
    weakest = Math.min(weakest, sign ? 13 : strengthOf(text));
  }
  const right = strengthAfter(target, close + 1);
  if (weakest === STRENGTH[':=']) {
    const opens = ['if', 'elif', 'while', '('].includes(textAt(target, open - 1));
    return opens && right >= STRENGTH.or && right <= STRENGTH.in;
  }
  const left = strengthBefore(target, open - 1);
  const subtracts = left === weakest && ['-', '/', '//', '%'].includes(textAt(target, open - 1));
  // `a == not b` is no Python.
  const takesLeft = textAt(target, open + 1) !== 'not' && (left > weakest || subtracts);
  return right > weakest || takesLeft;
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
