import { commonEnds } from '../../core/text/common-ends';
import { editDistance } from '../../core/text/edit-distance';
import { sameToken } from '../../python/edits/edits';
import type { TokenEdit } from '../../processing/encoding/encode';
import type { TokenText } from '../../records/sample';
import { nearness } from '../../core/text/near-spelling';

/**
 * Edits of broken code in which nothing is invented and nothing is lost:
 * - `mark-inserted`, `mark-deleted`, `mark-replaced`: brackets, commas, colons, semicolons; an opening bracket is neither
 *   inserted nor deleted, for where it belongs is anybody's guess. Of the characters that no Python has, invisible ones
 *   are deleted and look-alikes replaced; what other languages mean by theirs (`!`, `$`, `?`) is not Python's to drop
 * - `layout`: line ends and indentation
 * - `repeated`: a keyword or operator that stands there twice, once; `5 5` may have lost what stood between, and `| |`
 *   and `* *` may be one operator
 * - `near-keyword`: a keyword for a misspelt one
 * - `slip`: another language's way to write the same (`&&`, `else if`, `= ` where only `==` can be)
 * - `respelt`: the same characters cut into other tokens, the same tokens in another order, a string with its last quote
 */
export type ForcedKind =
  | 'mark-inserted'
  | 'mark-deleted'
  | 'mark-replaced'
  | 'layout'
  | 'repeated'
  | 'near-keyword'
  | 'slip'
  | 'respelt';

const OPENING = new Set(['(', '[', '{']);
const MARKS = new Set(['(', ')', '[', ']', '{', '}', ',', ':', ';']);

/** Operators that twice the same one makes, here or in other languages. */
const DOUBLED = new Set(['=', '*', '/', '<', '>', '|', '&', '-', '+']);

/** Marks of other scripts that NFKC does not fold (`，` and `（` it does). */
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ['、', ','],
  ['【', '['],
  ['】', ']'],
  ['「', '['],
  ['」', ']'],
]);

/** Slips whose right form is known: what stands there -> what it means. */
const SLIPS: ReadonlyMap<string, string> = new Map([
  ['& &', 'and'],
  ['| |', 'or'],
  ['!', 'not'],
  ['<>', '!='],
  ['else if', 'elif'],
  ['elseif', 'elif'],
  ['elsif', 'elif'],
  ...['fn', 'fun', 'func', 'function', 'define'].map((word) => [word, 'def'] as const),
  ['else', 'elif'],
  ['elif', 'else'],
  ['=', '=='],
  ['= >', '>='],
  ['= <', '<='],
  ['! ==', '!='],
  ['= ==', '=='],
  ['== =', '=='],
]);

const KEYWORDS = [
  ...[
    'and',
    'as',
    'assert',
    'async',
    'await',
    'break',
    'class',
    'continue',
    'def',
    'del',
    'elif',
    'else',
    'except',
  ],
  ...[
    'finally',
    'for',
    'from',
    'global',
    'if',
    'import',
    'in',
    'is',
    'lambda',
    'nonlocal',
    'not',
    'or',
    'pass',
  ],
  ...['raise', 'return', 'try', 'while', 'with', 'yield', 'None', 'True', 'False'],
];

/**
 * What kind of forced edit this is; null when it invents or loses a name, a literal, an operand, an operator or a
 * keyword, so that only its author can vouch for it.
 * @param tokens those of the broken text, which `edit` counts
 */
export function forcedKind(tokens: readonly TokenText[], edit: TokenEdit): ForcedKind | null {
  const { at, removed, written } = withoutCommon(tokens, edit);
  if (removed.length === 0) {
    if (written.every((token) => isMark(token) && !OPENING.has(token.text))) return 'mark-inserted';
    return written.every(isLayout) ? 'layout' : null;
  }
  if (written.length === 0) {
    if (removed.every(isLayout)) return 'layout';
    const isStray = (token: TokenText): boolean => isMark(token) && !OPENING.has(token.text);
    if (removed.every((token) => isStray(token) || isInvisible(token))) return 'mark-deleted';
    return removed.length === 1 && isRepeated(tokens, at) ? 'repeated' : null;
  }
  return replacedKind(removed, written);
}

function replacedKind(removed: readonly TokenText[], written: readonly TokenText[]): ForcedKind | null {
  const [from, to] = [textOf(removed), textOf(written)];
  if (removed.every(isLayout) && written.every(isLayout)) return 'layout';
  if (SLIPS.get(from) === to) return 'slip';
  const [first, only] = [removed[0], written[0]];
  if (removed.length === 1 && written.length === 1) {
    if (isMark(only) && (isMark(first) || isLookalike(first, only))) return 'mark-replaced';
    if (only.kind === 'keyword' && /^(name|keyword)$/.test(first.kind) && isOnlyNearKeyword(from, to))
      return 'near-keyword';
    if (first.kind === 'error-string' && only.kind === 'string' && isClosed(from, to)) return 'respelt';
  }
  const sameCharacters = from.replaceAll(' ', '') === to.replaceAll(' ', '');
  const sameTokens = removed.length === written.length && sorted(removed) === sorted(written);
  return sameCharacters || sameTokens ? 'respelt' : null;
}

/** The edit without the tokens that it writes as they were. */
function withoutCommon(
  tokens: readonly TokenText[],
  { tokenSpan: [start, end], replacement }: TokenEdit,
): { at: number; removed: readonly TokenText[]; written: readonly TokenText[] } {
  const removed = tokens.slice(start, end);
  const { start: head, end: tail } = commonEnds(removed, replacement, sameToken);
  return {
    at: start + head,
    removed: removed.slice(head, removed.length - tail),
    written: replacement.slice(head, replacement.length - tail),
  };
}

function isMark({ kind, text }: TokenText): boolean {
  return kind === 'op' && MARKS.has(text);
}

function isLayout({ kind }: TokenText): boolean {
  return kind === 'newline' || kind === 'indent' || kind === 'dedent' || kind === 'error-indent';
}

/** Controls, formats and odd spaces: nobody sees them, and no language means anything by them. */
function isInvisible({ kind, text }: TokenText): boolean {
  return kind === 'error-char' && /^[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Z}]+$/u.test(text);
}

function isLookalike({ kind, text }: TokenText, mark: TokenText): boolean {
  return kind === 'error-char' && (LOOKALIKES.get(text) ?? text.normalize('NFKC')) === mark.text;
}

/** Does a keyword or operator stand there twice, without making another one? */
function isRepeated(tokens: readonly TokenText[], at: number): boolean {
  const { kind, text } = tokens[at];
  if (kind !== 'keyword' && (kind !== 'op' || DOUBLED.has(text))) return false;
  if (['None', 'True', 'False'].includes(text)) return false;
  return [tokens[at - 1], tokens[at + 1]].some((beside) => beside && sameToken(tokens[at], beside));
}

/** The keyword is near the word, and no other one is as near. */
function isOnlyNearKeyword(word: string, keyword: string): boolean {
  const least = keyword.length < 3 ? shortNearness(word, keyword) : nearness(word, keyword);
  if (least === null) return false;
  return KEYWORDS.every((other) => other === keyword || other === word || editDistance(word, other) > least);
}

/** `fi` for `if`, `inn` for `in`: a slip leaves most of a short keyword standing. */
function shortNearness(word: string, keyword: string): number | null {
  const isSwapped = word.length === 2 && word[0] === keyword[1] && word[1] === keyword[0];
  return isSwapped || (word.length === 3 && editDistance(word, keyword) === 1) ? 1 : null;
}

/** The same string with its closing quotes. */
function isClosed(open: string, closed: string): boolean {
  return (
    closed.length > open.length && closed.startsWith(open) && /^(['"])\1*$/.test(closed.slice(open.length))
  );
}

function textOf(tokens: readonly TokenText[]): string {
  return tokens.map(({ text }) => text).join(' ');
}

function sorted(tokens: readonly TokenText[]): string {
  return JSON.stringify(tokens.map(({ kind, text }) => `${kind} ${text}`).sort());
}
