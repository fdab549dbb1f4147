import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutator';
import { lineStart } from '../../structure';
import { type Argument, type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../target';
import { argumentAt, isKeyword, removeArgument, swapArguments } from '../tools/arguments';
import { selfParameter } from '../tools/names';
import { calls, tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

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

/** Values that are mostly the default anyway. */
const USUAL_DEFAULTS = new Set(['None', 'False']);

/** Calls whose keywords are data, or only change how something is printed. */
const FREE_FORM = new Set(['dict', 'print', 'format', 'update', 'namedtuple', 'partial', 'replace']);

/** `f(a, size=n)` becomes `f(a)`. */
export const missingKeywordArgument: Mutator = {
  bugType: 'missing-keyword-argument',
  why: 'The callee works with its default in place of the value that this call needs, or lacks a required one.',
  sites: (target) =>
    calls(target)
      .filter((open) => !FREE_FORM.has(textAt(target, open - 1)))
      .flatMap((open) => argumentsOf(target, open).filter((argument) => isChosen(target, open, argument)))
      .map(({ first }): MutationSite => ({ token: first })),
  apply(target, { token }) {
    const own = argumentAt(target, token);
    return own ? removeArgument(target, own) : null;
  },
};

/** True for `name=value` with a value of its own that fits an edit together with its comma. */
function isChosen(target: MutationTarget, open: number, { first, last }: Argument): boolean {
  if (!isKeyword(target, { first })) return false;
  if (last - first + 2 > SLOTS || target.enclosing[first] !== open) return false;
  return !(last === first + 2 && USUAL_DEFAULTS.has(textAt(target, last)));
}

/** `self.f(x)` becomes `self.f(self, x)`. */
export const superfluousSelfArgument: Mutator = {
  bugType: 'superfluous-self-argument',
  why: 'A bound method gets its object already; every other argument moves on by one, or there is one too many.',
  sites: (target) =>
    calls(target)
      .filter((open) => isBound(target, open))
      .map((token) => ({ token })),
  apply(target, { token }) {
    const { end } = target.tokens[token];
    return { start: end, end, text: target.partner[token] === token + 1 ? 'self' : 'self, ' };
  },
};

function isBound(target: MutationTarget, open: number): boolean {
  if (textAt(target, open + 1) === 'self' || selfParameter(target) === undefined) return false;
  return matchesAt(target, open - 3, 'self', '.') || matchesAt(target, open - 5, 'super', '(', ')', '.');
}
