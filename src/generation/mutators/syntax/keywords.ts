import { KEYWORDS } from '../../../python/tokens/lexer';
import type { Mutator } from '../../mutation/mutator';
import { headerOf } from '../../mutation/structure';
import { type MutationTarget, endsOperand, followsDocstring, lineAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';
import { misspell } from '../tools/typos';

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

/** Deletable keywords; without `return`, `await`, `not`, `del` or `global` the code would compile. */
const NEEDED = new Set([
  ...['and', 'or', 'in', 'is', 'if', 'elif', 'else', 'for', 'while', 'def', 'class', 'import', 'from', 'as'],
  ...['try', 'except', 'finally', 'with', 'lambda', 'pass', 'async'],
]);

/** Deletes a keyword that the grammar needs. */
export const missingKeyword: Mutator = {
  bugType: 'missing-keyword',
  why: 'Without the keyword the rest is no statement or expression.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'keyword' || !NEEDED.has(text)) return false;
      // Without `is` before its `not` the two words would be another bug.
      if (textAt(target, i + 1) === 'not' && !endsOperand(target, i - 1)) return false;
      if (text === 'import' && textAt(target, lineAt(target, i).first) === 'from') return true;
      // `a in (b)` without `in` is a call, `a in [b]` an index.
      if (endsOperand(target, i - 1) && ['(', '[', '-', '+', '*'].includes(textAt(target, i + 1)))
        return false;
      if (text === 'async') return needsAsync(target, i);
      if (text === 'pass') return isOnlyStatement(target, i);
      // `import x` without its first word is x.
      if (text === 'import') return false;
      // `yield from x` without `from` yields x.
      return !(text === 'from' && textAt(target, i - 1) === 'yield');
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True for the `async` of the outermost function when the function itself awaits. */
function needsAsync(target: MutationTarget, index: number): boolean {
  const { tokens, lines } = target;
  const line = target.lineOf[index];
  if (textAt(target, index + 1) !== 'def' || lines[line].level > 0) return false;
  return tokens.some(({ kind, text }, i) => {
    if (i <= lines[line].end || kind !== 'keyword' || !['await', 'async'].includes(text)) return false;
    return textAt(target, i + 1) !== 'def' && !isNested(target, target.lineOf[i]);
  });
}

/** True inside a function within the function. */
function isNested(target: MutationTarget, line: number): boolean {
  for (let header = headerOf(target, line); header >= 0; header = headerOf(target, header)) {
    if (
      target.lines[header].level > 0 &&
      /^(async|def|class)$/.test(textAt(target, target.lines[header].first))
    )
      if (
        textAt(target, target.lines[header].first) !== 'async' ||
        textAt(target, target.lines[header].first + 1) === 'def'
      )
        return true;
  }
  return false;
}

function isOnlyStatement(target: MutationTarget, index: number): boolean {
  const { first, end } = lineAt(target, index);
  return (
    first === index &&
    !followsDocstring(target, target.lineOf[index]) &&
    target.tokens[first - 1]?.kind === 'indent' &&
    ['dedent', 'end'].includes(target.tokens[end + 1]?.kind)
  );
}

/** Keywords of other languages, and Python's own that hands write for each other. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  raise: ['throw', 'except', 'rise'],
  except: ['catch', 'expect', 'else'],
  def: ['function', 'func', 'define', 'fn'],
  elif: ['elseif', 'elsif', 'else'],
  else: ['elif', 'otherwise', 'then'],
  from: ['import', 'with'],
  import: ['.', 'from', 'include'],
  with: ['from', 'using', 'for'],
  for: ['foreach', 'from', 'while'],
  if: ['is', 'when'],
  in: ['of', 'on', 'if'],
  is: ['if', 'as'],
  as: ['is', 'at', '='],
  del: ['delete', 'return'],
  lambda: ['function', 'def'],
  and: ['add', 'AND'],
  or: ['of', 'OR'],
  not: ['no', 'NOT', 'is'],
  finally: ['final', 'lastly'],
  while: ['until', 'when'],
  class: ['struct', 'object'],
  async: ['await', 'asynch'],
  await: ['async', 'wait'],
};

/** Names that stand for a keyword that could not be used: without their underscore or other spelling they are it. */
const STAND_INS: Readonly<Record<string, string>> = {
  cls: 'class',
  klass: 'class',
  lam: 'lambda',
  imp: 'import',
};

/** Another keyword, one of another language, or a keyword for a name. */
export const wrongKeyword: Mutator = {
  bugType: 'wrong-keyword',
  why: 'The grammar allows only the right word at this place.',
  sites: (target) => tokenSites(target, (_, i) => wrongWords(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(wrongWords(target, token))),
};

function wrongWords(target: MutationTarget, index: number): readonly string[] {
  const { kind, text } = target.tokens[index];
  if (kind === 'keyword')
    return Object.hasOwn(WRONG, text) && !couldStartCall(target, index) ? WRONG[text] : [];
  if (kind !== 'name') return [];
  if (Object.hasOwn(STAND_INS, text)) return [STAND_INS[text]];
  const bare = text.replace(/_$/, '');
  return bare !== text && KEYWORDS.has(bare) ? [bare] : [];
}
