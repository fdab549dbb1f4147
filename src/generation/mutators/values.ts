import { MAX_SPAN } from '../../records/example';
import type { Mutator } from '../mutator';
import { isCall, lineAt, matchesAt, textAt, type MutationTarget } from '../target';
import { removeLine, removeTokens, replaceToken, replaceTokens } from '../text-edit';
import { inSignature, tokenSites, textsOf } from './sites';
import { isAssignedTo } from './statements';

/** `names or []` becomes `names`; the line `names = names or []` goes. */
export const missingFallbackValue: Mutator = {
  bugType: 'missing-fallback-value',
  why: 'Where there is no value, None goes on to a place that needs a container, text or number.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'keyword' || text !== 'or' || inSignature(target, i)) return false;
      const last = fallbackEnd(target, i + 1);
      return last !== undefined && isAlone(target, i, last);
    }),
  apply(target, { token }) {
    const last = fallbackEnd(target, token + 1);
    if (last === undefined) return null;
    const { tokens } = target;
    const line = lineAt(target, token);
    // Nobody writes `names = names`.
    const length = (token - line.first - 1) / 2;
    if (isAssignedTo(target, line, token - length, token - 1)) return removeLine(target, line);
    return { start: tokens[token - 1].end, end: tokens[last].end, text: '' };
  },
};

/** Last token of the empty literal or container that starts at a token, undefined where none does. */
function fallbackEnd(target: MutationTarget, first: number): number | undefined {
  const { text } = target.tokens[first];
  if (/^([bB]?(''|"")|0|0\.0|0\.)$/.test(text)) return first;
  if (['[', '{', '('].includes(text)) return target.partner[first] === first + 1 ? first + 1 : undefined;
  if (['list', 'dict', 'set', 'tuple'].includes(text) && matchesAt(target, first + 1, '(', ')'))
    return first + 2;
  return undefined;
}

/** True when `x or fallback` is a value of its own, and no part of a longer condition. */
function isAlone(target: MutationTarget, or: number, last: number): boolean {
  const after = textAt(target, last + 1);
  const ended =
    target.tokens[last + 1].kind === 'newline' || [')', ']', '}', ',', 'for', 'else'].includes(after);
  const loop = after === ':' && target.enclosing[or] < 0;
  if (!ended && !loop) return false;
  for (let i = or - 1; i >= 0; i--) {
    if (target.partner[i] >= 0 && target.partner[i] < i) i = target.partner[i];
    else if (i === target.enclosing[or] || ['=', 'return', ',', ':'].includes(textAt(target, i)))
      return !loop;
    else if (textAt(target, i) === 'in') return target.loopIns.has(i);
    else if (target.tokens[i].kind !== 'name' && textAt(target, i) !== '.') return false;
  }
  return false;
}

/** Attributes whose value is a tuple or list that nearly every reader takes apart. */
const SEQUENCES = new Set(['shape', 'args', 'argv', 'path', 'groups', 'children', 'strides', 'rates']);

/** `line.split()[0]` becomes `line.split()`. */
export const missingSubscript: Mutator = {
  bugType: 'missing-subscript',
  why: 'The whole sequence stands for one element, or for the part of it that is meant.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, open) =>
        text === '[' &&
        target.loads[open] === 0 &&
        isIndex(target, open) &&
        givesSequence(target, open) &&
        !/^([-+*/%@&|^]|\*\*|\/\/|<<|>>)?=$/.test(textAt(target, target.partner[open] + 1)) &&
        textAt(target, target.lines[target.lineOf[open]].first) !== 'del',
    ),
  apply: (target, { token }) => removeTokens(target, token, target.partner[token]),
};

/** True for `[0]`, `[-1]`, `[1:]` and other constant indices and slices. */
function isIndex(target: MutationTarget, open: number): boolean {
  const close = target.partner[open];
  if (close < open + 2 || close - open >= MAX_SPAN) return false;
  let numbers = 0;
  for (let i = open + 1; i < close; i++) {
    if (target.tokens[i].kind === 'number') numbers += 1;
    else if (!['-', ':'].includes(textAt(target, i))) return false;
  }
  return numbers > 0;
}

/** True when a call, a known attribute, or a name that the function takes apart elsewhere stands before the bracket. */
function givesSequence(target: MutationTarget, open: number): boolean {
  const before = target.tokens[open - 1];
  if (before.text === ')') return isCall(target, target.partner[open - 1]);
  if (before.kind !== 'name') return false;
  if (textAt(target, open - 2) === '.') return SEQUENCES.has(before.text);
  return target.tokens.some(
    ({ text }, i) =>
      text === '[' &&
      i !== open &&
      textAt(target, i - 1) === before.text &&
      textAt(target, i - 2) !== '.' &&
      isIndex(target, i) &&
      target.partner[i] === i + 2 &&
      textAt(target, i + 1) !== textAt(target, open + 1),
  );
}

type Container = 'list' | 'dict' | 'set';

/** Methods that one of the three kinds of container alone has. */
const OWN_METHODS: Readonly<Record<string, Container>> = {
  append: 'list', extend: 'list', insert: 'list', sort: 'list', reverse: 'list',
  add: 'set', discard: 'set', difference_update: 'set', intersection_update: 'set', issubset: 'set',
  setdefault: 'dict', items: 'dict', keys: 'dict', values: 'dict', get: 'dict',
}; // prettier-ignore

const EMPTY: Readonly<Record<Container, readonly string[]>> = {
  // An empty pair of braces is what people write for an empty set.
  set: ['{}', '{}', '[]'],
  list: ['{}', '{}', 'set()'],
  dict: ['[]', '[]', 'set()'],
};

/** `seen = set()` becomes `seen = {}` where the function calls `seen.add`. */
export const wrongEmptyContainer: Mutator = {
  bugType: 'wrong-empty-container',
  why: 'The container has not the methods that the function calls, or takes no keys: AttributeError or TypeError.',
  sites: (target) =>
    tokenSites(target, (_, i) => emptyContainer(target, i) !== undefined).filter(({ token }) => {
      const kind = emptyContainer(target, token);
      return kind !== undefined && isUsedAs(target, token - 2, kind);
    }),
  apply(target, { token }, rng) {
    const kind = emptyContainer(target, token);
    if (kind === undefined) return null;
    const last = textAt(target, token + 1) === '(' ? token + 2 : token + 1;
    return replaceTokens(target, token, last, rng.pick(EMPTY[kind]));
  },
};

/** Kind of the empty container assigned at a token: after `name =`. */
function emptyContainer(target: MutationTarget, index: number): Container | undefined {
  if (textAt(target, index - 1) !== '=' || target.enclosing[index] >= 0) return undefined;
  if (target.tokens[index - 2]?.kind !== 'name') return undefined;
  for (const kind of ['list', 'dict', 'set'] as const)
    if (matchesAt(target, index, kind, '(', ')') && ends(target, index + 3)) return kind;
  if (matchesAt(target, index, '[', ']') && ends(target, index + 2)) return 'list';
  return matchesAt(target, index, '{', '}') && ends(target, index + 2) ? 'dict' : undefined;
}

function ends(target: MutationTarget, index: number): boolean {
  return target.tokens[index].kind === 'newline';
}

/** True when the function calls, after the assignment, a method that only this kind of container has, or sets a key. */
function isUsedAs(target: MutationTarget, name: number, kind: Container): boolean {
  const receiver = textAt(target, name - 1) === '.' ? 3 : 1;
  const texts = textsOf(target, name - receiver + 1, name);
  for (let i = name + 2; i < target.tokens.length; i++) {
    if (!matchesAt(target, i, ...texts) || textAt(target, i - 1) === '.') continue;
    const next = i + receiver;
    if (textAt(target, next) === '=') return false;
    const method = textAt(target, next + 1);
    if (textAt(target, next) === '.' && Object.hasOwn(OWN_METHODS, method) && isCall(target, next + 2))
      return OWN_METHODS[method] === kind;
    if (textAt(target, next) === '[' && textAt(target, target.partner[next] + 1) === '=')
      return kind === 'dict';
  }
  return false;
}

/** Deletes `.encode(...)`, `.decode(...)` or the `b` before a literal. */
export const missingTextEncoding: Mutator = {
  bugType: 'missing-text-encoding',
  why: 'Text and bytes do not mix: joining or writing them raises TypeError, and they are never equal.',
  sites: (target) => [
    ...tokenSites(target, (_, i) => {
      const method = textAt(target, i + 1);
      if (textAt(target, i) !== '.' || !['encode', 'decode'].includes(method)) return false;
      return isCall(target, i + 2) && target.partner[i + 2] - i < MAX_SPAN && isEncoding(target, i + 3);
    }),
    ...tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'string' && /^b['"]/.test(text) && !isEscaped(text) && meetsBytes(target, i),
    ).map((site) => ({ ...site, form: 'literal' })),
  ],
  apply: (target, { token, form }) =>
    form === 'literal'
      ? replaceToken(target, token, textAt(target, token).slice(1))
      : removeTokens(target, token, target.partner[token + 2]),
};

/** True for an empty argument list, an encoding's name, or a variable that holds one. */
function isEncoding(target: MutationTarget, first: number): boolean {
  const { text } = target.tokens[first];
  return (
    text === ')' ||
    /^['"](utf|ascii|latin|iso|cp|idna|hex|base64)/i.test(text) ||
    /encoding|charset|codec/i.test(text + textAt(target, first + 2))
  );
}

/** Bytes that no text literal could hold as well are written by number. */
function isEscaped(text: string): boolean {
  return /\\x[89a-f]/i.test(text);
}

/** True for a literal that is joined to, compared with or searched in other bytes. */
function meetsBytes(target: MutationTarget, index: number): boolean {
  // Python joins neighbouring literals only where they are of one kind.
  if (target.tokens[index - 1].kind === 'string' || target.tokens[index + 1].kind === 'string') return false;
  const [before, after] = [textAt(target, index - 1), textAt(target, index + 1)];
  const operators = ['+', '+=', '==', '!=', 'in', '%', '.'];
  return (
    operators.includes(before) ||
    operators.includes(after) ||
    ['(', ','].includes(before) ||
    before === 'return'
  );
}
