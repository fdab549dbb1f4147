import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, endsOperand, isCall, lineAt, textAt } from '../../mutation/target';
import { insertAfter, insertBefore, removeTokens, replaceToken } from '../../mutation/text-edit';
import { swapMutator } from '../tools/factories';
import { tokenSites } from '../tools/sites';

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
        !areOneString(target, i),
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True between two strings that would become one; in a dictionary the second is a key, and its colon gives it away. */
function areOneString(target: MutationTarget, comma: number): boolean {
  const { tokens } = target;
  if (tokens[comma - 1].kind !== 'string' || tokens[comma + 1].kind !== 'string') return false;
  return textAt(target, comma + 2) !== ':' || textAt(target, comma - 2) !== ':';
}

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

const DOUBLED = new Set([...BRACKETS, ',', ':', '.', '@']);

/** Writes a punctuation mark twice, or one where none may stand. */
export const extraPunctuation: Mutator = {
  bugType: 'extra-punctuation',
  why: 'The grammar has no place for the mark; a second bracket has no partner.',
  sites: (target) => tokenSites(target, (_, i) => isDoubled(target, i) || extraMarks(target, i).length > 0),
  apply(target, { token }, rng) {
    const marks = extraMarks(target, token);
    if (isDoubled(target, token)) marks.push(textAt(target, token));
    const mark = rng.pick(marks);
    return mark === '(' ? insertBefore(target, token, mark, '') : insertAfter(target, token, mark);
  },
};

function isDoubled(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  // In a slice a second colon is legal.
  return (
    kind === 'op' && DOUBLED.has(text) && !(text === ':' && textAt(target, target.enclosing[index]) === '[')
  );
}

/** Marks that slip in behind an operand: at a line's end, before a comma; `=` behind one or a comparison; `(` before a name. */
function extraMarks(target: MutationTarget, index: number): string[] {
  const { kind, text } = target.tokens[index];
  if (kind === 'op' && BEFORE_EQUALS.has(text)) return [' ='];
  if (!endsOperand(target, index)) return [];
  const { first, end } = lineAt(target, index);
  const isImport = ['import', 'from'].includes(textAt(target, first));
  const out: string[] = [];
  if (index === end - 1) out.push('.', isImport ? ',' : ':');
  if (AFTER_CLOSING.has(textAt(target, index + 1)))
    out.push(...[')', ']', '}'].filter((mark) => mark !== text));
  if (kind !== 'name') return out;
  if (BEFORE_OPENING.has(textAt(target, index - 1))) out.push('(');
  if (textAt(target, index + 1) === '[') out.push('.');
  return out;
}

const BEFORE_EQUALS = new Set(['=', '==', '!=', '<=', '>=', '<', '>', '+=', '-=']);
const AFTER_CLOSING = new Set([',', ':', ')', ']', '}', 'for', '']);
const BEFORE_OPENING = new Set(['if', 'not', 'and', 'or', '(', '=', 'return', 'import']);

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

/**
 * One mark for another: `;` for `:`, `.` for `,` before a literal, `:` for `=` of a keyword argument, a closing bracket
 * for the comma at a line's end.
 */
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
      return [
        ...(next.kind === 'number' || next.kind === 'string' ? [';', '.'] : [';']),
        ...earlyClose(target, index),
      ];
    case '=':
      // In a definition `name: value` would be an annotation.
      return isCall(target, around) ? [':', ';'] : [];
    case ')':
    case ']':
    case '}':
      return next?.kind === 'newline' && isCallOrDisplay(target, target.partner[index]) ? [','] : [];
    default:
      return [];
  }
}

/** True for an opening bracket around arguments or elements, the last of which a comma might follow. */
function isCallOrDisplay(target: MutationTarget, open: number): boolean {
  return (
    isCall(target, open) || (['[', '{'].includes(textAt(target, open)) && !endsOperand(target, open - 1))
  );
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The closing bracket of the comma's list, where the comma ends a physical line. */
function earlyClose({ source, tokens, enclosing }: MutationTarget, index: number): string[] {
  const isLast = /^[ \t]*(#.*)?\n/.test(source.slice(tokens[index].end, tokens[index + 1].start));
  return isLast ? [CLOSING[tokens[enclosing[index]].text]] : [];
}
