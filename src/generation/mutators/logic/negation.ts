import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, textAt } from '../../mutation/target';
import { insertAfter, insertBefore, removeTokens } from '../../mutation/text-edit';
import { swapMutator } from '../tools/factories';
import { tokenSites } from '../tools/sites';

/** Deletes `not`, also that of `not in` and `is not`. */
export const missingNot: Mutator = {
  bugType: 'missing-not',
  why: 'The condition means the opposite for every input.',
  sites: (target) => tokenSites(target, ({ kind, text }) => kind === 'keyword' && text === 'not'),
  apply: (target, { token }) => removeTokens(target, token, token),
};

const CONDITION_STARTS = new Set(['if', 'elif', 'while', 'and', 'or']);
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in', 'is']);

/** Puts `not` before a plain condition, before `in` and after `is`. */
export const addedNot: Mutator = {
  bugType: 'added-not',
  why: 'The condition means the opposite for every input.',
  sites(target) {
    const before = tokenSites(
      target,
      ({ kind, text }, i) =>
        (kind === 'keyword' && text === 'in' && !target.loopIns.has(i) && textAt(target, i - 1) !== 'not') ||
        (CONDITION_STARTS.has(textAt(target, i - 1)) &&
          target.tokens[i - 1].kind === 'keyword' &&
          isPlainOperand(target, i)),
    );
    const after = tokenSites(
      target,
      ({ kind, text }, i) => kind === 'keyword' && text === 'is' && textAt(target, i + 1) !== 'not',
    );
    return [...before, ...after.map((site) => ({ ...site, form: 'is' }))];
  },
  apply: (target, { token, form }) =>
    form === 'is' ? insertAfter(target, token, ' not') : insertBefore(target, token, 'not'),
};

/** True when the operand from `start` on compares nothing: people negate those with `not`, others by operator. */
function isPlainOperand(target: MutationTarget, start: number): boolean {
  if (textAt(target, start) === 'not' || target.tokens[start].kind === 'newline') return false;
  for (let i = start; i < target.tokens.length; i++) {
    if (target.partner[i] > i) {
      i = target.partner[i];
      continue;
    }
    const { kind, text } = target.tokens[i];
    if (COMPARISONS.has(text)) return false;
    if (kind === 'newline' || [':', 'and', 'or', 'else', ')', ']', '}', ','].includes(text)) return true;
  }
  return true;
}

/** `True` for `False` and back. */
export const wrongBooleanLiteral = swapMutator({
  bugType: 'wrong-boolean-literal',
  why: 'A flag, default or answer has the opposite value.',
  kind: 'keyword',
  swaps: { True: ['False'], False: ['True'] },
});
