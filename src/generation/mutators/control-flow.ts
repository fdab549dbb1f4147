import type { Mutator } from '../mutator';
import { textAt, type MutationTarget } from '../target';
import { removeTokens } from '../text-edit';
import { lineSites, swapMutator } from './sites';

/** Deletes `return` before a value. */
export const missingReturn: Mutator = {
  bugType: 'missing-return',
  why: 'The value is thrown away and the caller gets None, or the function goes on. Calls that may be there for what they do are left out.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (textAt(target, first) !== 'return' || end === first + 1) return false;
      // A lone constant would be no statement that anybody leaves, a lone string a docstring.
      const { kind, text } = target.tokens[first + 1];
      if (end === first + 2 && (kind !== 'name' || text === '')) return false;
      return !isWholeCall(target, first + 1, end) || givesValue(target, first);
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True when tokens [first, end) are a call and nothing more, awaited or not: as a statement it is nothing unusual. */
function isWholeCall(target: MutationTarget, first: number, end: number): boolean {
  let i = textAt(target, first) === 'await' ? first + 1 : first;
  if (target.tokens[i].kind !== 'name' || textAt(target, end - 1) !== ')') return false;
  for (i += 1; i < end; i++) {
    if (target.partner[i] > i) i = target.partner[i];
    else if (textAt(target, i) === '.') i += 1;
    else return false;
  }
  return true;
}

const ANSWERS =
  /^_*(get|is|has|can|find|make|create|build|to|from|as|parse|load|read|compute|calculate|format|convert|encode|decode|count)(_|$)/;

/** True when the function is known to give a value: by another `return`, its annotation or its name. */
function givesValue(target: MutationTarget, own: number): boolean {
  const { tokens, lines } = target;
  const others = lines.some(
    ({ first, end }) =>
      first !== own &&
      textAt(target, first) === 'return' &&
      end > first + 1 &&
      textAt(target, first + 1) !== 'None',
  );
  const def = tokens.findIndex(({ text, kind }) => kind === 'keyword' && text === 'def');
  if (others || def < 0) return others;
  const arrow = target.partner[def + 2] + 1;
  const annotated = textAt(target, arrow) === '->' && textAt(target, arrow + 1) !== 'None';
  return annotated || ANSWERS.test(textAt(target, def + 1));
}

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
