import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, matchesAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

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

/** `f'{name}'` becomes `'{name}'`. */
export const missingFPrefix: Mutator = {
  bugType: 'missing-f-prefix',
  why: 'The braces stay in the text as they are, and no value is filled in.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => kind === 'string' && hasField(text) && !isFormatted(target, i)),
  apply: (target, { token }) =>
    replaceToken(target, token, textAt(target, token).replace(/^([rR]?)[fF]([rR]?)/, '$1$2')),
};

/** True for an f-string of one line with a field: longer ones are templates that nobody writes twice. */
function hasField(text: string): boolean {
  return (
    !text.includes('\n') &&
    /^([fF][rR]?|[rR][fF])['"]/.test(text) &&
    /\{[^{}]/.test(text.replaceAll('{{', ''))
  );
}

/** True where `.format` follows, which would fill the braces in. */
function isFormatted(target: MutationTarget, index: number): boolean {
  return matchesAt(target, index + 1, '.', 'format');
}
