import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, lineAt, matchesAt, textAt } from '../../mutation/target';
import { removeLine, removeTokens, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { callArguments, isKeyword } from '../tools/arguments';
import { isKey } from '../tools/calls';
import { inSignature, isAssignedTo } from '../tools/lines';
import { tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

/** `f(*args)` becomes `f(args)`, `f(**options)` becomes `f(options)`. */
export const missingUnpacking: Mutator = {
  bugType: 'missing-unpacking',
  why: 'The callee gets the container as one positional argument instead of its elements.',
  sites: (target) =>
    callArguments(target)
      .filter(({ open, argument: { first } }) => isStar(target, first) && staysCall(target, open, first))
      .map(({ argument: { first } }) => ({ token: first })),
  apply: (target, { token }) => removeTokens(target, token, token),
};

function isStar(target: MutationTarget, first: number): boolean {
  return ['*', '**'].includes(textAt(target, first)) && target.tokens[first + 1].kind === 'name';
}

/** A positional argument may follow no keyword and no `**`. */
function staysCall(target: MutationTarget, open: number, star: number): boolean {
  return argumentsOf(target, open).every(
    ({ first }) => first >= star || !(isKeyword(target, { first }) || textAt(target, first) === '**'),
  );
}

/** `d[key]` becomes `d['key']`, and the same for the first argument of `get` and `pop`. */
export const quotedName: Mutator = {
  bugType: 'quoted-name',
  why: 'The lookup uses the variable’s name as the key in place of its value.',
  sites: (target) => tokenSites(target, (_, i) => isKey(target, i) && isOwnVariable(target, i)),
  apply: (target, { token }) => replaceToken(target, token, `'${textAt(target, token)}'`),
};

function isOwnVariable(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  const variable = target.bindings[index] === 'parameter' || target.bindings[index] === 'local';
  // One letter and `index`, `i1` are positions of a list: nobody quotes them.
  return kind === 'name' && variable && text.length > 2 && !/^(idx|index|.*\d|.*_idx|num.*|pos)$/.test(text);
}

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
