import type { Mutator } from '../mutator';
import { isCall, lineAt, textAt, type MutationTarget } from '../target';
import { insertAfter, removeTokens, replaceToken } from '../text-edit';
import { swapMutator, tokenSites } from './sites';

const BRACKETS = new Set(['(', ')', '[', ']', '{', '}']);

/** Deletes a colon. Slices are left alone where they would become an index. */
export const missingColon: Mutator = {
  bugType: 'missing-colon',
  why: 'The grammar needs the colon; what stands around it cannot be neighbours.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        text === ':' &&
        !['[', ',', ':'].includes(textAt(target, i - 1)) &&
        ![']', ',', ':', '-', '+', '(', '['].includes(textAt(target, i + 1)),
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** Deletes one bracket of a pair. */
export const missingBracket: Mutator = {
  bugType: 'missing-bracket',
  why: 'Brackets come in pairs; the other one is left alone.',
  sites: (target) => tokenSites(target, ({ kind, text }) => kind === 'op' && BRACKETS.has(text)),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** Deletes a comma between two elements that cannot stand beside each other. */
export const missingComma: Mutator = {
  bugType: 'missing-comma',
  why: 'Two expressions cannot stand beside each other without a comma.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        text === ',' &&
        startsOperand(target, i + 1) &&
        // `*, x` would become `*x`.
        textAt(target, i - 1) !== '*' &&
        !(target.tokens[i - 1].kind === 'string' && target.tokens[i + 1].kind === 'string'),
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True for a token that begins an operand and cannot go on with the one before it. */
function startsOperand({ tokens }: MutationTarget, index: number): boolean {
  const { kind, text } = tokens[index];
  return (
    kind === 'name' ||
    kind === 'number' ||
    kind === 'string' ||
    text === '{' ||
    ['None', 'True', 'False', 'lambda'].includes(text)
  );
}

/** Deletes the dot before an attribute. */
export const missingDot: Mutator = {
  bugType: 'missing-dot',
  why: 'Two names cannot stand beside each other.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        text === '.' &&
        target.tokens[i + 1]?.kind === 'name' &&
        // `from .x import y` lives without its dot.
        !['from', 'import'].includes(textAt(target, lineAt(target, i).first)),
    ),
  apply: (target, { token }) => replaceToken(target, token, ' '),
};

const DOUBLED = new Set([...BRACKETS, ',', ':', '.']);

/** Writes a punctuation mark twice. */
export const extraPunctuation: Mutator = {
  bugType: 'extra-punctuation',
  why: 'Nothing stands between the two marks; a second bracket has no partner.',
  sites: (target) =>
    tokenSites(
      target,
      // In a slice a second colon is legal.
      ({ kind, text }, i) =>
        kind === 'op' && DOUBLED.has(text) && !(text === ':' && textAt(target, target.enclosing[i]) === '['),
    ),
  apply: (target, { token }) => insertAfter(target, token, textAt(target, token)),
};

/** Opens or closes with another kind of bracket. */
export const mismatchedBracket = swapMutator({
  bugType: 'mismatched-bracket',
  why: 'A bracket must be closed by its own kind.',
  kind: 'op',
  swaps: {
    '(': ['[', '{'],
    ')': [']', '}'],
    '[': ['(', '{'],
    ']': [')', '}'],
    '{': ['[', '('],
    '}': [']', ')'],
  },
});

/** One mark for another: `;` for `:`, `.` for `,` before a literal, `:` for `=` of a keyword argument. */
export const wrongPunctuation: Mutator = {
  bugType: 'wrong-punctuation',
  why: 'The grammar allows only the right mark at this place.',
  sites: (target) => tokenSites(target, ({ kind }, i) => kind === 'op' && wrongMarks(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(wrongMarks(target, token))),
};

/** Marks that people write for the one at `index` and that the grammar forbids there. */
function wrongMarks(target: MutationTarget, index: number): string[] {
  const around = target.enclosing[index];
  const opener = textAt(target, around);
  const next = target.tokens[index + 1];
  switch (textAt(target, index)) {
    case ':':
      if (around < 0 && next?.kind === 'newline') return [';', ',', '.'];
      return opener === '{' ? ['=', ';'] : [];
    case ',':
      if (around < 0) return [];
      return next.kind === 'number' || next.kind === 'string' ? [';', '.'] : [';'];
    case '=':
      // In a definition `name: value` would be an annotation.
      return isCall(target, around) ? [':', ';'] : [];
    default:
      return [];
  }
}
