import type { MutationSite, Mutator } from '../mutator';
import { keywordArgument, lineStart, qualifiedName } from '../structure';
import { argumentsOf, isCall, matchesAt, textAt, type MutationTarget } from '../target';
import { replaceTokens } from '../text-edit';
import { operandStart, removeArgument, textOf, unlessIdle, unwrapCall } from './factories';
import { tokenSites } from './sites';

/** Objects whose `get` is no look-up of a key. */
const NO_MAPPING = /request|session|client|http|api|queue|objects|manager|pool|^q$|response|server|soup/i;

/** `d.get(key)` becomes `d[key]`. */
export const unguardedKey: Mutator = {
  bugType: 'unguarded-key',
  why: 'A key that may be missing, which the code provides for, raises KeyError.',
  sites: (target) => tokenSites(target, (_, i) => looksUpKey(target, i)),
  apply(target, { token }) {
    const [key] = argumentsOf(target, token + 1);
    const text = `[${textOf(target, key.first, key.last)}]`;
    return replaceTokens(target, token - 1, target.partner[token + 1], text);
  },
};

function looksUpKey(target: MutationTarget, index: number): boolean {
  if (textAt(target, index) !== 'get' || textAt(target, index - 1) !== '.' || !isCall(target, index + 1))
    return false;
  const all = argumentsOf(target, index + 1);
  if (all.length < 1 || all.length > 2 || all.some(({ positional }) => !positional)) return false;
  if (NO_MAPPING.test(textOf(target, operandStart(target, index - 2), index - 2))) return false;
  // One argument that is no literal may be anything: a primary key, a number of seconds.
  const [key] = all;
  return all.length === 2 || (key.first === key.last && target.tokens[key.first].kind === 'string');
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
