import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, endsOperand, isAssignment, matchesAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken } from '../../mutation/text-edit';
import { inSignature } from '../tools/lines';
import { tokenSites } from '../tools/sites';

/** `x=None` becomes `x=[]` or `x={}`, as the function itself fills it, where it then changes the object. */
export const mutableDefaultArgument: Mutator = {
  bugType: 'mutable-default-argument',
  why: 'The function changes the object, which all calls without the argument share.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, i) =>
        text === 'None' &&
        textAt(target, i - 1) === '=' &&
        target.bindings[i - 2] === 'parameter' &&
        inSignature(target, i) &&
        emptyOf(target, textAt(target, i - 2)) !== undefined &&
        isChanged(target, textAt(target, i - 2)),
    ),
  apply(target, { token }) {
    const empty = emptyOf(target, textAt(target, token - 2));
    return empty === undefined ? null : replaceToken(target, token, empty);
  },
};

/** What the function gives the parameter when it is None: `[]`, `{}` or undefined for anything else. */
function emptyOf(target: MutationTarget, name: string): string | undefined {
  for (let i = 0; i < target.tokens.length; i++) {
    if (matchesAt(target, i, name, '=', '[', ']')) return '[]';
    if (matchesAt(target, i, name, '=', '{', '}')) return '{}';
    if (matchesAt(target, i, name, '=', 'list', '(', ')')) return '[]';
    if (matchesAt(target, i, name, '=', 'dict', '(', ')')) return '{}';
  }
  return undefined;
}

const CHANGES = new Set([
  'append',
  'extend',
  'insert',
  'update',
  'setdefault',
  'add',
  'pop',
  'remove',
  'clear',
  'sort',
]);

/** True when the object behind a name is changed, kept or handed back: then sharing it shows. */
function isChanged(target: MutationTarget, name: string): boolean {
  return target.tokens.some(({ text }, i) => {
    if (text !== name || textAt(target, i - 1) === '.') return false;
    if (textAt(target, i + 1) === '.') return CHANGES.has(textAt(target, i + 2));
    if (textAt(target, i + 1) === '[') return isAssignment(textAt(target, target.partner[i + 1] + 1));
    const kept = textAt(target, i - 1) === '=' && textAt(target, i - 3) === '.';
    return kept || textAt(target, i - 1) === 'return';
  });
}

/** `(x,)` becomes `(x)`. */
export const missingTupleComma: Mutator = {
  bugType: 'missing-tuple-comma',
  why: 'Parentheses alone make no tuple. The right side of `%` is left out: there both mostly mean the same.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => {
      const open = target.enclosing[i];
      if (text !== ',' || textAt(target, i + 1) !== ')' || textAt(target, open) !== '(') return false;
      if (endsOperand(target, open - 1) || textAt(target, open - 1) === '%' || inSignature(target, i))
        return false;
      for (let k = open + 1; k < i; k++)
        if (target.enclosing[k] === open && textAt(target, k) === ',') return false;
      return textAt(target, open + 1) !== '*';
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};
