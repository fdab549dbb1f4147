import type { Mutator } from '../mutator';
import { textAt } from '../target';
import { removeTokens } from '../text-edit';
import { lineSites, swapMutator } from './sites';

/** Deletes `return` before a value. */
export const missingReturn: Mutator = {
  bugType: 'missing-return',
  why: 'The value is thrown away and the caller gets None, or the function goes on.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (textAt(target, first) !== 'return' || end === first + 1) return false;
      // A lone constant would be no statement that anybody leaves, a lone string a docstring.
      const { kind, text } = target.tokens[first + 1];
      return end > first + 2 || (kind === 'name' && text !== '');
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** `break` for `continue` and back. */
export const swappedBreakContinue = swapMutator({
  bugType: 'swapped-break-continue',
  why: 'The loop ends where it should go on, or goes on where it should end.',
  kind: 'keyword',
  swaps: { break: ['continue'], continue: ['break'] },
});

/** Deletes `await`. */
export const missingAwait: Mutator = {
  bugType: 'missing-await',
  why: 'The coroutine never runs; its object stands for the result.',
  sites: (target) =>
    target.tokens.flatMap(({ kind, text }, i) =>
      kind === 'keyword' && text === 'await' ? [{ token: i }] : [],
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};
