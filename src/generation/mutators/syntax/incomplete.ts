import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { blockOf } from '../../mutation/structure';
import {
  type MutationTarget,
  argumentsOf,
  endsOperand,
  followsDocstring,
  isCall,
  lineAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, removeTokens } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

/** Deletes the only line of a block, or the only handler of a `try`. */
export const incompleteBlock: Mutator = {
  bugType: 'incomplete-block',
  why: 'A header needs a block, and `try` needs a handler.',
  sites: (target) =>
    target.lines.flatMap(({ first }, i): MutationSite[] => [
      ...(isOnlyBody(target, i) ? [{ token: first, form: 'body' }] : []),
      ...(isOnlyHandler(target, i) ? [{ token: first, form: 'handler' }] : []),
    ]),
  apply(target, { token, form }) {
    const from = target.lineOf[token];
    return removeLines(target, from, form === 'handler' ? blockOf(target, from)[1] : from + 1);
  },
};

/** Statements that a header alone lets expect: to do nothing, to leave, to pass on. */
const PLAIN_BODIES = new Set(['pass', 'continue', 'break', 'return', 'raise', '...']);

function isOnlyBody(target: MutationTarget, index: number): boolean {
  const { lines } = target;
  const { first, end, level } = lines[index];
  if (index === 0 || lines[index - 1].level !== level - 1) return false;
  if (!PLAIN_BODIES.has(textAt(target, first)) || end - first > 2 || followsDocstring(target, index))
    return false;
  const [from, to] = blockOf(target, index - 1);
  // What is returned must be a name of the function or a plain value.
  return to === from + 1 && isKnown(target, end - 1);
}

function isOnlyHandler(target: MutationTarget, index: number): boolean {
  const { lines, tokens } = target;
  const { first, level } = lines[index];
  if (!['except', 'finally'].includes(textAt(target, first))) return false;
  const [, to] = blockOf(target, index);
  const isClause = (line: number): boolean =>
    lines[line]?.level === level && ['except', 'finally', 'else'].includes(textAt(target, lines[line].first));
  let before = index - 1;
  while (before >= 0 && lines[before].level > level) before -= 1;
  if (before < 0 || textAt(target, lines[before].first) !== 'try' || isClause(to)) return false;
  return tokens.slice(first, lines[to - 1].end + 1).length + 1 <= SLOTS;
}

/** Deletes the physical lines of logical lines [from, to), with comments between them. */
function removeLines({ source, tokens, lines }: MutationTarget, from: number, to: number): TextEdit {
  const start = source.lastIndexOf('\n', tokens[lines[from].first].start - 1) + 1;
  return { start, end: tokens[lines[to - 1].end].end, text: '' };
}

const BINARY = new Set([
  ...['+', '-', '*', '/', '//', '%', '**', '==', '!=', '<', '>', '<=', '>=', '=', '+=', '-=', '|', '&'],
  ...['and', 'or', 'in', 'not', 'is', 'if', 'elif', 'while', 'else', 'import', 'with', 'from'],
]);
/** What may follow the gap so that nothing closes it. */
const AFTER_GAP = new Set([')', ']', '}', ',', ':', 'and', 'or', 'if', 'else', 'for', '==', '!=', '<', '>']);

/** Deletes an operand that an operator, `=` or a keyword asks for. */
export const missingOperand: Mutator = {
  bugType: 'missing-operand',
  why: 'The operator or keyword before the gap needs an operand.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (!['name', 'number'].includes(kind) && !['None', 'True', 'False'].includes(text)) return false;
      if (!BINARY.has(textAt(target, i - 1)) || !isKnown(target, i)) return false;
      const next = target.tokens[i + 1];
      return next.kind === 'newline' || AFTER_GAP.has(next.text);
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True when the word can be guessed: a keyword or plain constant, an exception that says so, or a name that the function uses elsewhere. */
function isKnown({ tokens }: MutationTarget, index: number): boolean {
  const { kind, text } = tokens[index];
  if (kind !== 'name' && kind !== 'number') return kind !== 'string';
  if (kind === 'number') return ['0', '1'].includes(text);
  if (text === 'NotImplementedError') return true;
  return tokens.some((token, i) => i !== index && token.kind === 'name' && token.text === text);
}

const JOINING = new Set([
  ...['=', '+=', '-=', '==', '!=', '<', '>', '<=', '>=', '+', '-', '*', '/', '//', '%', '**', '|', '&', '->'],
]);

/** Deletes an operator or `=` between two operands. */
export const missingOperator: Mutator = {
  bugType: 'missing-operator',
  why: 'Two operands cannot stand beside each other.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'op' || !JOINING.has(text) || !endsOperand(target, i - 1)) return false;
      // In a call, a list or a definition the gap would look like a missing comma.
      if (target.enclosing[i] >= 0 && !isGroup(target, target.enclosing[i])) return false;
      const next = target.tokens[i + 1];
      const bothStrings = next.kind === 'string' && target.tokens[i - 1].kind === 'string';
      return !bothStrings && ['name', 'number', 'string'].includes(next.kind);
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True for a parenthesis around one expression. */
function isGroup(target: MutationTarget, open: number): boolean {
  if (textAt(target, open) !== '(' || isCall(target, open)) return false;
  return (
    !['def', 'class'].includes(textAt(target, lineAt(target, open).first)) &&
    argumentsOf(target, open).length === 1
  );
}

/** Deletes both parentheses of a pair that the grammar needs. */
export const missingParentheses: Mutator = {
  bugType: 'missing-parentheses',
  why: 'Without its parentheses the list of parameters, the tuple or the generator is not allowed there.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' && text === '(' && target.partner[i] - i < MAX_SPAN - 1 && arePairNeeded(target, i),
    ),
  apply(target, { token }) {
    const { source, tokens, partner } = target;
    const close = partner[token];
    const inner = source.slice(tokens[token].end, tokens[close].start);
    if (inner.includes('\n')) return null;
    const isParameters = textAt(target, token - 2) === 'def';
    // `def f(self)` becomes `def f`: what is forgotten is the whole list.
    const text = isParameters || inner === '' ? '' : inner;
    const gap = text !== '' && /\w/.test(source[tokens[token].start - 1]) ? ' ' : '';
    return { start: tokens[token].start, end: tokens[close].end, text: gap + text };
  },
};

function arePairNeeded(target: MutationTarget, open: number): boolean {
  const close = target.partner[open];
  if (textAt(target, open - 2) === 'def')
    return close === open + 1 || (close === open + 2 && target.tokens[open + 1].kind === 'name');
  const before = textAt(target, open - 1);
  const isTuple = argumentsOf(target, open).length > 1;
  if (before === 'except') return isTuple;
  const around = textAt(target, target.enclosing[open]);
  // The element of a comprehension, or a generator among other arguments.
  if (isTuple && around === before && ['[', '{', '('].includes(around) && textAt(target, close + 1) === 'for')
    return true;
  const isGenerator = target.tokens
    .slice(open, close)
    .some(({ text }, k) => text === 'for' && target.enclosing[open + k] === open);
  return isGenerator && (before === ',' || textAt(target, close + 1) === ',') && around === '(';
}
