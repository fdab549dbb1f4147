import { sha256 } from '../../core/hash';
import { commonEnds } from '../../core/text/common-ends';
import type { Edit, TokenText } from '../../records/sample';
import { isIndentation } from '../tokens/indentation';
import { lex } from '../tokens/lexer';
import type { Token } from '../tokens/token';
import { renderEdit } from './render';
import { lineSpaces } from './spacing';

/** Do two tokens say the same? Layout tokens have no text, so their kind decides. */
export function sameToken(a: TokenText, b: TokenText): boolean {
  return a.text === b.text && a.kind === b.kind;
}

/** Whether two token lists are equal in kind and text, one by one. */
export function sameTokens(a: readonly TokenText[], b: readonly TokenText[]): boolean {
  return a.length === b.length && a.every((token, i) => sameToken(token, b[i]));
}

/**
 * The smallest single edit that turns one token list into another; of several equally small ones the leftmost.
 * @returns null when the tokens are equal; otherwise an edit whose spans are those of `before`
 */
export function diffTokens(before: readonly Token[], after: readonly Token[]): Edit | null {
  // The longest common end first: of equally long edits that is the leftmost.
  const { start, end: tail } = commonEnds<TokenText>(before, after, sameToken, true);
  const end = before.length - tail;
  if (start === end && before.length === after.length) return null;
  const replacement = after.slice(start, after.length - tail).map(({ kind, text }) => ({ kind, text }));
  return { tokenSpan: [start, end], charSpan: charSpanOf(before, start, end), replacement };
}

/** UTF-16 span of tokens [start, end); an insertion is the empty span before token `start`. */
export function charSpanOf(tokens: readonly Token[], start: number, end: number): [number, number] {
  const from = tokens[start]?.start ?? tokens.at(-1)?.end ?? 0;
  return [from, end > start ? tokens[end - 1].end : from];
}

/**
 * Applies an edit to the text that `tokens` were made from. Every character outside the edited place stays: comments,
 * spacing, tabs, line ends. New lines are indented with the file's own step and end with its own line break; a line
 * whose block changes is indented anew, comments beside deleted code stay.
 *
 * Tokens of the result equal the edited token list whenever that list is one that a lexer can give (as many
 * `indent` as `dedent` removed and written). An unbalanced edit shifts the following lines of the block with it.
 * @throws RangeError when the span does not lie within the tokens before `end`
 */
export function applyEdit(source: string, tokens: readonly Token[], edit: Edit): string {
  const [start, end] = edit.tokenSpan;
  if (!(start >= 0 && start <= end && end < tokens.length))
    throw new RangeError(`expected a token span within 0..${tokens.length - 1}, got [${start}, ${end})`);
  const aligned = alignToLines(tokens, edit);
  const kept = keepDocstring(tokens, aligned);
  return kept ? renderEdit(source, kept.tokens, kept.edit) : renderEdit(source, tokens, aligned);
}

/**
 * A docstring is a token only while it is its block's only statement. An edit that gives the block another statement
 * leaves the docstring out of the tokens, not out of the text: this is the same edit beside it. Undefined for others.
 */
function keepDocstring(tokens: readonly Token[], edit: Edit): { tokens: Token[]; edit: Edit } | undefined {
  const [start, end] = edit.tokenSpan;
  let after = start;
  while (tokens[after].kind === 'string') after++;
  if (after === start || end < after || tokens[start - 1]?.kind !== 'indent') return undefined;
  if (tokens[after].kind !== 'newline' || tokens[after + 1].kind !== 'dedent') return undefined;
  const first = edit.replacement[0] ?? tokens[end];
  if (isIndentation(first) || first.kind === 'newline') return undefined;
  // Strings alone are no other statement but the new docstring: it takes the old one's place.
  const second = edit.replacement.findIndex(({ kind }) => kind !== 'string');
  if (second < 0 || edit.replacement[second].kind === 'newline') return undefined;
  const rest = Math.max(end, after + 1);
  const newline: TokenText[] = end === after ? [{ kind: 'newline', text: '' }] : [];
  return {
    tokens: [...tokens.slice(0, start), ...tokens.slice(after + 1)],
    edit: {
      ...edit,
      tokenSpan: [start, start + rest - after - 1],
      replacement: [...edit.replacement, ...newline],
    },
  };
}

/** Settings of {@link renderTokens}. */
export interface RenderOptions {
  /** White space of one block. Default four spaces. */
  unit?: string;
  /** White space before every line. Default none. */
  indent?: string;
}

/** Tokens as PEP 8 would space them, lines ended by `\n`: for showing tokens that were never in a file. */
export function renderTokens(tokens: readonly TokenText[], options: RenderOptions = {}): string {
  const { unit = '    ', indent = '' } = options;
  const solid = tokens.filter((token) => !isIndentation(token));
  const spaces = lineSpaces(solid);
  let text = '';
  let level = 0;
  let slip = false;
  let k = 0;
  for (const token of tokens) {
    if (token.kind === 'indent') level++;
    if (token.kind === 'dedent') level--;
    if (token.kind === 'error-indent') slip = true;
    if (isIndentation(token) || token.kind === 'end') continue;
    const lineStart = k === 0 || solid[k - 1].kind === 'newline';
    if (lineStart) text += indent + unit.repeat(Math.max(0, level)) + (slip ? ' ' : '');
    text += spaces[k++] + (token.kind === 'newline' ? '\n' : token.text);
    slip = false;
  }
  return text;
}

/** The token list after an edit, without positions. */
export function editedTokens(tokens: readonly Token[], edit: Edit): TokenText[] {
  const [start, end] = edit.tokenSpan;
  const plain = (token: Token): TokenText => ({ kind: token.kind, text: token.text });
  return [...tokens.slice(0, start).map(plain), ...edit.replacement, ...tokens.slice(end).map(plain)];
}

/** Tokens as text without layout and comments: equal for programs that differ in nothing else. */
export function normalText(tokens: readonly TokenText[]): string {
  return tokens.map(({ kind, text }) => `${kind} ${text}`).join('\n');
}

/** Identity of a sample by {@link normalText} of its two sides: sha256 hex of before, NUL, after. */
export function sampleIdOf(before: string, after: string): string {
  return sha256(`${before}\0${after}`);
}

/** Identity of a sample by its sources; see {@link sampleIdOf}. */
export function sampleId(before: string, after: string): string {
  const first = normalText(lex(before));
  return sampleIdOf(first, before === after ? first : normalText(lex(after)));
}

/**
 * An insertion or deletion of whole lines can often be seen in several ways (`NEWLINE x` after a line or `x NEWLINE`
 * before the next). The one that starts at a line's start leaves trailing comments with their line.
 */
function alignToLines(tokens: readonly Token[], edit: Edit): Edit {
  const [start, end] = edit.tokenSpan;
  const { replacement } = edit;
  const moved = start === end ? replacement : tokens.slice(start, end);
  if (start !== end && replacement.length > 0) return edit;
  if (!moved.some((token) => token.kind === 'newline') || atLineStart(tokens, start)) return edit;
  for (let shift = 1; shift <= moved.length && end + shift < tokens.length; shift++) {
    // Rotating by one is the same edit when the token left behind equals the token taken in.
    if (!sameToken(moved[shift - 1], tokens[end + shift - 1])) return edit;
    if (!atLineStart(tokens, start + shift)) continue;
    const span: [number, number] = [start + shift, end + shift];
    const rotated = start === end ? [...replacement.slice(shift), ...replacement.slice(0, shift)] : [];
    return { tokenSpan: span, charSpan: charSpanOf(tokens, ...span), replacement: rotated };
  }
  return edit;
}

function atLineStart(tokens: readonly Token[], index: number): boolean {
  return index === 0 || tokens[index - 1].kind === 'newline';
}
