import type { MutationSite, Mutator } from '../../mutation/mutator';
import { keywordArgument, lineStart, qualifiedName } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { unlessIdle } from '../tools/lines';
import { chainStart, unwrapCall } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** `for k, v in d.items()` becomes `for k, v in d`. */
export const missingItems: Mutator = {
  bugType: 'missing-items',
  why: 'Iterating a dictionary gives its keys, which are no pairs.',
  sites: (target) =>
    tokenSites(target, (_, i) => {
      if (!matchesAt(target, i, '.', 'items', '(', ')')) return false;
      const start = chainStart(target, i - 1);
      if (target.tokens[start]?.kind !== 'name' || !target.loopIns.has(start - 1)) return false;
      return textAt(target, i + 4) !== '.' && unpacksPair(target, start - 1);
    }),
  apply: (target, { token }) => removeTokens(target, token, token + 3),
};

function unpacksPair(target: MutationTarget, loopIn: number): boolean {
  for (let i = loopIn - 1; i > 0 && textAt(target, i) !== 'for'; i--)
    if (textAt(target, i) === ',') return true;
  return false;
}

/** `sorted(x)` becomes `x` or `list(x)`, `reversed(x)` becomes `x`, and a sort loses its `key` or `reverse`. */
export const wrongOrder: Mutator = {
  bugType: 'wrong-order',
  why: 'The elements come in another order: that of a set or folder may change from run to run.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i + 1)).flatMap(({ token }): MutationSite[] => {
      const forms = ['key', 'reverse'].filter((option) => hasOption(target, token, option));
      const path = qualifiedName(target, token);
      const all = argumentsOf(target, token + 1);
      const whole = (path === 'sorted' || path === 'reversed') && all.length === 1 && all[0].positional;
      if (whole && orders(target, token)) forms.push('call');
      return forms.map((form) => ({ token, form }));
    }),
  apply(target, { token, form }) {
    if (form !== 'call') {
      const option = keywordArgument(target, token + 1, form ?? '');
      return option ? removeArgument(target, option) : null;
    }
    const [argument] = argumentsOf(target, token + 1);
    return unlessIdle(target, unwrapCall(target, token, target.partner[token + 1], argument));
  },
};

/** True for `sort`, `sorted`, `min` or `max` with an option that changes the order. */
function hasOption(target: MutationTarget, index: number, name: string): boolean {
  const callee = textAt(target, index);
  const method = callee === 'sort' && textAt(target, index - 1) === '.';
  const path = qualifiedName(target, index);
  const takes = method || path === 'sorted' || (name === 'key' && (path === 'min' || path === 'max'));
  const option = takes ? keywordArgument(target, index + 1, name) : undefined;
  if (!option) return false;
  const value = textOf(target, option.first + 2, option.last);
  return value !== 'None' && value !== 'False';
}

/** True where the order shows: what is sorted is iterated, joined, shown, returned or kept, and not compared. */
function orders(target: MutationTarget, index: number): boolean {
  const open = target.enclosing[index];
  const close = target.partner[index + 1];
  const around = [textAt(target, index - 1), textAt(target, close + 1)];
  if (around.some((text) => ['==', '!=', '[', '+'].includes(text))) return false;
  if (target.loopIns.has(index - 1) || lineStart(target, index) === 'return') return true;
  if (open >= 0 && matchesAt(target, open - 2, '.', 'join')) return true;
  return (
    textAt(target, index) === 'sorted' &&
    (open < 0 || /^(list|tuple|enumerate|zip|repr|str)$/.test(textAt(target, open - 1)))
  );
}
