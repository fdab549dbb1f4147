import { textOf, swapArguments } from './factories';
import { MAX_SPAN, SLOTS } from '../../records/example';
import type { Mutator } from '../mutator';
import { lineStart } from '../structure';
import {
  argumentsOf,
  isCall,
  lineAt,
  matchesAt,
  textAt,
  type Argument,
  type MutationTarget,
} from '../target';
import { insertBefore, removeLine, removeTokens, replaceToken } from '../text-edit';
import { lineSites, tokenSites } from './sites';
import { isAssignedTo } from './statements';

/** Functions for which the order of arguments does not matter, or hardly. */
const SYMMETRIC = new Set(
  (
    'max min print gcd lcm hypot isclose allclose array_equal samefile union intersection maximum minimum multiply ' +
    'logical_and logical_or Add Mul And Or Eq Ne Max Min Union Intersection assertEqual assertNotEqual assertIs ' +
    'assertIsNot assert_equal assert_allclose'
  ).split(' '),
);

/** Swaps two neighbouring positional arguments. */
export const swappedArguments: Mutator = {
  bugType: 'swapped-arguments',
  why: 'Each value reaches the parameter meant for the other.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i) && !SYMMETRIC.has(textAt(target, i - 1))).flatMap(
      ({ token }) => swappable(target, token).map(([left]) => ({ token: left.first })),
    ),
  apply(target, { token }) {
    const pair = swappable(target, target.enclosing[token]).find(([left]) => left.first === token);
    return pair ? swapArguments(target, ...pair) : null;
  },
};

/** Neighbouring positional arguments that differ and, with their comma, fit an edit. */
function swappable(target: MutationTarget, open: number): [Argument, Argument][] {
  const all = argumentsOf(target, open);
  return all.slice(1).flatMap((right, i): [Argument, Argument][] => {
    const left = all[i];
    const fits = right.last - left.first + 1 <= Math.min(MAX_SPAN, SLOTS);
    const differ = textOf(target, left.first, left.last) !== textOf(target, right.first, right.last);
    return left.positional && right.positional && fits && differ ? [[left, right]] : [];
  });
}

/**
 * Functions that take any number of equal arguments (one fewer is no mistake of form), that nobody calls with one
 * argument, or whose last argument is a default (see `missing-default`).
 */
const VARIADIC = new Set(
  (
    'print max min zip chain format join debug info warning error exception isinstance issubclass hasattr setattr ' +
    'getattr pop next get getenv'
  ).split(' '),
);

/** Deletes the last of several positional arguments. */
export const missingArgument: Mutator = {
  bugType: 'missing-argument',
  why: 'The callee gets no value, or its default, for a parameter that the caller set.',
  sites: (target) =>
    tokenSites(target, (_, i) => {
      if (!isCall(target, i) || VARIADIC.has(textAt(target, i - 1))) return false;
      const all = argumentsOf(target, i);
      const last = all.at(-1);
      if (all.length < 2 || !last?.positional || last.last - last.first + 2 > SLOTS) return false;
      // Nothing in the function tells which constant is missing.
      return !(last.first === last.last && isConstant(target, last.first)) && lineStart(target, i) !== '@';
    }),
  apply(target, { token }) {
    const last = argumentsOf(target, token).at(-1);
    if (!last) return null;
    const { tokens } = target;
    return { start: tokens[last.first - 1].start, end: tokens[last.last].end, text: '' };
  },
};

function isConstant(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  return kind === 'number' || ['None', 'True', 'False'].includes(text);
}

/** Names that are mixed up with one another: `a b` both ways, `a>b` where only b for a is a bug. */
const SIBLING_METHODS = siblings(
  'startswith endswith, lstrip rstrip, append extend, lower upper, keys values, encode decode, split rsplit, ' +
    'find rfind, issubset issuperset, pop popleft, readline readlines, read readline, acquire release, ' +
    'isfile isdir, dirname basename, dumps loads, dump load, setdefault>get, union intersection, floor ceil, ' +
    'group groups, match search, put get, writelines>write, discard>remove, sub subn, islower isupper',
);
const SIBLING_FUNCTIONS = siblings(
  'min max, any all, hasattr getattr, issubclass>isinstance, sorted reversed',
);

function siblings(pairs: string): ReadonlyMap<string, string[]> {
  const out = new Map<string, string[]>();
  for (const pair of pairs.split(', ')) {
    const [a, b] = pair.split(/[ >]/);
    out.set(a, [...(out.get(a) ?? []), b]);
    if (!pair.includes('>')) out.set(b, [...(out.get(b) ?? []), a]);
  }
  return out;
}

/** Calls the opposite or a close relative of a function. */
export const wrongSiblingFunction: Mutator = {
  bugType: 'wrong-sibling-function',
  why: 'The two functions answer differently for most arguments.',
  sites: (target) => tokenSites(target, (_, i) => siblingsAt(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(siblingsAt(target, token))),
};

function siblingsAt(target: MutationTarget, index: number): readonly string[] {
  if (target.tokens[index].kind !== 'name' || !isCall(target, index + 1)) return [];
  const table = textAt(target, index - 1) === '.' ? SIBLING_METHODS : SIBLING_FUNCTIONS;
  return meansTheSame(target, index) ? [] : (table.get(textAt(target, index)) ?? []);
}

/** True where the arguments, or what is done with the result, leave no difference between the two. */
function meansTheSame(target: MutationTarget, index: number): boolean {
  const open = index + 1;
  switch (textAt(target, index)) {
    case 'split':
    case 'rsplit':
      return argumentsOf(target, open).length < 2;
    case 'find':
    case 'rfind':
      return /^[=!<>]/.test(textAt(target, target.partner[open] + 1));
    case 'match':
    case 'search':
      return /^\w*['"]+(\^|\\A)/.test(textAt(target, open + 1));
    default:
      return false;
  }
}

const IN_PLACE = new Set([
  'append',
  'extend',
  'sort',
  'reverse',
  'update',
  'add',
  'remove',
  'insert',
  'clear',
  'discard',
]);

/** `x.sort()` becomes `x = x.sort()`. */
export const assignedInPlaceResult: Mutator = {
  bugType: 'assigned-in-place-result',
  why: 'These methods return None, which replaces the object.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const open = receiverEnd(target, first) + 2;
      return (
        textAt(target, open - 2) === '.' &&
        IN_PLACE.has(textAt(target, open - 1)) &&
        isCall(target, open) &&
        target.partner[open] === end - 1
      );
    }),
  apply(target, { token }) {
    const receiver = textOf(target, token, receiverEnd(target, token) - 1);
    return insertBefore(target, token, `${receiver} =`);
  },
};

/** Index after a receiver `x` or `self.x` that starts at `first`. */
function receiverEnd(target: MutationTarget, first: number): number {
  return matchesAt(target, first, 'self', '.') && textAt(target, first + 3) === '.' ? first + 3 : first + 1;
}

/** Names a method without calling it. */
export const missingCallParentheses: Mutator = {
  bugType: 'missing-call-parentheses',
  why: 'The method object stands for its result, and the method never runs.',
  sites: (target) =>
    tokenSites(
      target,
      (_, i) =>
        isCall(target, i) &&
        target.partner[i] === i + 1 &&
        textAt(target, i - 2) === '.' &&
        textAt(target, target.lines[target.lineOf[i]].first) !== '@',
    ),
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

/** `str(x)` becomes `x` beside `+`; `int(x)` and `float(x)` become `x` anywhere. */
export const missingConversion: Mutator = {
  bugType: 'missing-conversion',
  why: 'The value keeps a type that its use cannot take, or compares and adds in another way.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'name' || textAt(target, i - 1) === '.' || !isCall(target, i + 1)) return false;
      const close = target.partner[i + 1];
      if (!isChain(target, i + 2, close - 1)) return false;
      if (text === 'int' || text === 'float') return true;
      return text === 'str' && (textAt(target, i - 1) === '+' || textAt(target, close + 1) === '+');
    }),
  apply(target, { token }) {
    const { tokens, partner } = target;
    const close = partner[token + 1];
    const line = lineAt(target, token);
    // Nobody writes `x = x`: the line goes.
    const whole = textAt(target, token - 1) === '=' && close + 1 === line.end;
    if (whole && isAssignedTo(target, line, token + 2, close - 1)) return removeLine(target, line);
    return { start: tokens[token].start, end: tokens[close].end, text: textOf(target, token + 2, close - 1) };
  },
};

/** True for a name with attributes, calls and indices: nothing whose precedence the parentheses held. */
function isChain(target: MutationTarget, first: number, last: number): boolean {
  if (last < first || last - first + 3 > MAX_SPAN || target.tokens[first].kind !== 'name') return false;
  for (let i = first + 1; i <= last; i++) {
    if (['(', '['].includes(textAt(target, i))) i = target.partner[i];
    else if (!(textAt(target, i) === '.' && target.tokens[i + 1].kind === 'name')) return false;
    else i += 1;
  }
  return true;
}
