import { KEYWORDS } from '../../python/lexer';
import type { Mutator } from '../mutator';
import { endsOperand, followsDocstring, lineAt, textAt, type MutationTarget } from '../target';
import { removeTokens, replaceToken } from '../text-edit';
import { tokenSites } from './sites';
import { misspell } from './typos';

/** Keywords that may stand alone: misspelled they are names, and the code compiles. */
const STAND_ALONE = new Set(['pass', 'break', 'continue', 'True', 'False', 'None']);
/** Keywords before an expression: misspelled or deleted before a bracket or sign, the code compiles. */
const BEFORE_EXPRESSION = new Set(['return', 'raise', 'yield', 'await', 'not', 'assert', 'del']);

/** Misspells a keyword. */
export const keywordTypo: Mutator = {
  bugType: 'keyword-typo',
  why: 'The word becomes a name, and a name cannot stand there.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) => kind === 'keyword' && !STAND_ALONE.has(text) && !couldStartCall(target, i),
    ),
  apply(target, { token }, rng) {
    const typo = misspell(textAt(target, token), rng);
    return KEYWORDS.has(typo) ? null : replaceToken(target, token, typo);
  },
};

/** True for `return (x)` or a bare `return`, which with a name for `return` would be a call or a lone name. */
function couldStartCall(target: MutationTarget, index: number): boolean {
  if (!BEFORE_EXPRESSION.has(textAt(target, index))) return false;
  const next = target.tokens[index + 1];
  return next.kind === 'newline' || ['(', '[', '-', '+', '*', '~'].includes(next.text);
}

/** Deletable keywords; without `return`, `await`, `not`, `async`, `del` or `global` the code would compile. */
const NEEDED = new Set([
  ...['and', 'or', 'in', 'is', 'if', 'elif', 'else', 'for', 'while', 'def', 'class', 'import', 'from', 'as'],
  ...['try', 'except', 'finally', 'with', 'lambda', 'pass'],
]);

/** Deletes a keyword that the grammar needs. */
export const missingKeyword: Mutator = {
  bugType: 'missing-keyword',
  why: 'Without the keyword the rest is no statement or expression.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'keyword' || !NEEDED.has(text) || textAt(target, i + 1) === 'not') return false;
      // `a in (b)` without `in` is a call, `a in [b]` an index.
      if (endsOperand(target, i - 1) && ['(', '[', '-', '+', '*'].includes(textAt(target, i + 1)))
        return false;
      if (text === 'pass') return isOnlyStatement(target, i);
      // `import x` without its first word is x; after `from` the word is needed.
      if (text === 'import') return textAt(target, lineAt(target, i).first) === 'from';
      // `yield from x` without `from` yields x.
      return !(text === 'from' && textAt(target, i - 1) === 'yield');
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

function isOnlyStatement(target: MutationTarget, index: number): boolean {
  const { first, end } = lineAt(target, index);
  return (
    first === index &&
    !followsDocstring(target, target.lineOf[index]) &&
    target.tokens[first - 1]?.kind === 'indent' &&
    ['dedent', 'end'].includes(target.tokens[end + 1]?.kind)
  );
}
