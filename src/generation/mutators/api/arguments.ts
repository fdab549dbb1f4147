import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { lineStart } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { removeArgument, swapArguments } from '../tools/arguments';
import { selfParameter } from '../tools/names';
import { calls, tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** Functions for which the order of arguments does not matter, or hardly; those of Django take any number of names. */
const SYMMETRIC = new Set(
  (
    'max min print gcd lcm hypot isclose allclose array_equal samefile union intersection maximum minimum multiply ' +
    'logical_and logical_or Add Mul And Or Eq Ne Max Min Union Intersection assertEqual assertNotEqual assertIs ' +
    'assertIsNot assert_equal assert_allclose sensitive_variables sensitive_post_parameters select_related ' +
    'prefetch_related only defer'
  ).split(' '),
);

/** Swaps two neighbouring positional arguments. */
export const swappedArguments: Mutator = {
  bugType: 'swapped-arguments',
  why: 'Each value reaches the parameter meant for the other.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i) && hasOrder(target, i)).flatMap(({ token }) =>
      swappable(target, token).map(([left]) => ({ token: left.first })),
    ),
  apply(target, { token }) {
    const pair = swappable(target, target.enclosing[token]).find(([left]) => left.first === token);
    return pair ? swapArguments(target, ...pair) : null;
  },
};

/** The order of a decorator's arguments (names of fields, methods, permissions) seldom means anything. */
function hasOrder(target: MutationTarget, open: number): boolean {
  return !SYMMETRIC.has(textAt(target, open - 1)) && lineStart(target, open) !== '@';
}

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
    return last ? removeArgument(target, last) : null;
  },
};

function isConstant(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  return kind === 'number' || ['None', 'True', 'False'].includes(text);
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
