import { chainStart } from './frameworks';
import type { Mutator } from '../mutator';
import { endsOperand, isAssignment, matchesAt, textAt, type MutationTarget } from '../target';
import { removeTokens, replaceToken } from '../text-edit';
import { inSignature, tokenSites } from './sites';

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

/** Deletes the comma between two string literals. */
export const implicitStringConcatenation: Mutator = {
  bugType: 'implicit-string-concatenation',
  why: 'Python joins neighbouring literals, so that there is one value less.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, i) =>
        text === ',' &&
        target.enclosing[i] >= 0 &&
        target.tokens[i - 1].kind === 'string' &&
        target.tokens[i + 1]?.kind === 'string' &&
        // Not before the next key of a dictionary.
        textAt(target, i + 2) !== ':',
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};
