import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, matchesAt, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { inSignature } from '../tools/lines';
import { isStored, plainNames, selfParameter } from '../tools/names';
import { lineSites, tokenSites } from '../tools/sites';

/** `self.x` becomes `x`. */
export const missingSelf: Mutator = {
  bugType: 'missing-self',
  why: 'No such name exists in the function or its module, so reading it raises NameError.',
  sites(target) {
    const plain = plainNames(target);
    return tokenSites(
      target,
      ({ text }, i) =>
        text === 'self' &&
        textAt(target, i - 1) !== '.' &&
        textAt(target, i + 1) === '.' &&
        !plain.has(textAt(target, i + 2)) &&
        !isStored(target, i + 2),
    );
  },
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

/** `x` becomes `self.x` where the function knows no such attribute. */
export const superfluousSelf: Mutator = {
  bugType: 'superfluous-self',
  why: 'Nothing in the function gives the object such an attribute; the value at hand is the parameter or local.',
  sites(target) {
    if (selfParameter(target) === undefined) return [];
    const attributes = attributeNames(target);
    const bound = boundNames(target);
    return tokenSites(
      target,
      ({ text, kind }, i) =>
        kind === 'name' &&
        target.loads[i] === 1 &&
        bound.has(text) &&
        !attributes.has(text) &&
        !inSignature(target, i),
    );
  },
  apply: (target, { token }) => {
    const { start } = target.tokens[token];
    return { start, end: start, text: 'self.' };
  },
};

/**
 * Parameters and variables that a line of the function binds. One that is bound inside brackets alone may belong to
 * a comprehension or lambda, where `self.x` is nothing that anybody writes.
 */
function boundNames(target: MutationTarget): Set<string> {
  const out = new Set<string>();
  target.tokens.forEach(({ text }, i) => {
    const bound = target.bindings[i] === 'parameter' || target.bindings[i] === 'local';
    if (
      bound &&
      text !== 'self' &&
      text.length > 1 &&
      target.loads[i] === 0 &&
      (target.enclosing[i] < 0 || inSignature(target, i))
    )
      out.add(text);
  });
  return out;
}

/** Every name that follows a dot. */
function attributeNames({ tokens }: MutationTarget): Set<string> {
  return new Set(tokens.filter((_, i) => tokens[i - 1]?.text === '.').map(({ text }) => text));
}

/** `self.x = y` becomes `x = y`. */
export const localInsteadOfAttribute: Mutator = {
  bugType: 'local-instead-of-attribute',
  why: 'The value ends with the function; the object keeps its old attribute or has none.',
  sites(target) {
    const plain = plainNames(target);
    return lineSites(
      target,
      (first) =>
        matchesAt(target, first, 'self', '.') &&
        textAt(target, first + 3) === '=' &&
        target.bindings[first] === 'parameter' &&
        !plain.has(textAt(target, first + 2)),
    );
  },
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

/** `def f(self, x)` becomes `def f(x)`. */
export const missingSelfParameter: Mutator = {
  bugType: 'missing-self-parameter',
  why: 'The call passes the object as the first argument, and the body knows no `self`.',
  sites(target) {
    const token = selfParameter(target);
    if (token === undefined) return [];
    const [, next] = argumentsOf(target, token - 1);
    // Python allows no list that starts with `/`.
    if (next && textAt(target, next.first) === '/') return [];
    const used = target.tokens.some((_, i) => i > token && matchesAt(target, i, 'self', '.'));
    return used && [',', ')'].includes(textAt(target, token + 1)) ? [{ token }] : [];
  },
  apply: (target, { token }) =>
    removeTokens(target, token, textAt(target, token + 1) === ',' ? token + 1 : token),
};
