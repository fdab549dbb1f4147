import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, textAt } from '../../mutation/target';
import { replaceTokens } from '../../mutation/text-edit';
import { operandStart } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

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
