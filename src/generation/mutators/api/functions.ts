import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { insertBefore, replaceToken } from '../../mutation/text-edit';
import { lineSites, tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

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
