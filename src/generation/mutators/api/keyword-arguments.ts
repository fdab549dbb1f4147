import { SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { type Argument, type MutationTarget, argumentsOf, textAt } from '../../mutation/target';
import { missingCopy } from '../collection/copies';
import { wrongOrder } from '../collection/iteration';
import { lostHttpStatus } from '../framework/http-status';
import { nanMishandled } from '../framework/array-values';
import { lostDimension, missingDtype, wrongAxis } from '../framework/numpy';
import { missingFrameOption } from '../framework/pandas';
import { parameterNotPassedOn } from '../name/parameters';
import { missingEncoding } from '../resource/encodings';
import { linkFollowing, pathTraversal, permissiveFileMode } from '../security/files';
import { missingEscaping } from '../security/injection';
import { missingResourceLimit } from '../security/limits';
import { argumentAt, isKeyword, removeArgument } from '../tools/arguments';
import { calls } from '../tools/sites';
import { missingDefault } from './stdlib';

/** Types of their own for some keywords that are left out: a call that one of them takes is theirs. */
const MORE_SPECIFIC: readonly Mutator[] = [
  parameterNotPassedOn,
  missingDefault,
  missingEncoding,
  wrongOrder,
  missingCopy,
  wrongAxis,
  lostDimension,
  missingDtype,
  nanMishandled,
  missingFrameOption,
  lostHttpStatus,
  pathTraversal,
  permissiveFileMode,
  linkFollowing,
  missingEscaping,
  missingResourceLimit,
];

/** Where a more specific type starts from: a keyword, or the name or parenthesis of a call. */
function takenTokens(target: MutationTarget): ReadonlySet<number> {
  return new Set(MORE_SPECIFIC.flatMap((mutator) => mutator.sites(target).map(({ token }) => token)));
}

/** Values that are mostly the default anyway. */
const USUAL_DEFAULTS = new Set(['None', 'False']);

/** Calls whose keywords are data, or only change how something is printed. */
const FREE_FORM = new Set(['dict', 'print', 'format', 'update', 'namedtuple', 'partial', 'replace']);

/** `f(a, size=n)` becomes `f(a)`. */
export const missingKeywordArgument: Mutator = {
  bugType: 'missing-keyword-argument',
  why: 'The callee works with its default in place of the value that this call needs, or lacks a required one.',
  sites(target) {
    const chosen = calls(target)
      .filter((open) => !FREE_FORM.has(textAt(target, open - 1)))
      .flatMap((open) => argumentsOf(target, open).filter((argument) => isChosen(target, open, argument)));
    const taken = chosen.length > 0 ? takenTokens(target) : new Set();
    return chosen
      .filter(({ first }) => {
        const open = target.enclosing[first];
        return ![first, open, open - 1].some((token) => taken.has(token));
      })
      .map(({ first }) => ({ token: first }));
  },
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
