import type { Rng } from '../../../core/rng';
import { KEYWORDS, lex } from '../../../python/tokens/lexer';
import type { Token } from '../../../python/tokens/token';
import { MAX_SPAN } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, endsOperand, isAssignment, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, insertAfter, insertBefore } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

/** Writes a letter, a character, a word twice, or a blank inside a name. */
export const strayToken: Mutator = {
  bugType: 'stray-token',
  why: 'What stands there belongs to no statement: no operator joins it to its neighbours.',
  sites: (target) =>
    [
      ...formSites(target, 'letter', letterFits),
      ...formSites(target, 'start', ({ lines, lineOf }, i) => lines[lineOf[i]]?.first === i),
      ...formSites(target, 'end', ({ lines, lineOf }, i) => lines[lineOf[i]]?.end === i + 1),
      ...formSites(target, 'double', canDouble),
      ...formSites(
        target,
        'split',
        ({ tokens }, i) => tokens[i].kind === 'name' && tokens[i].text.length >= 6,
      ),
      ...formSites(target, 'keyword', (_, i) => strayKeywords(target, i).length > 0),
    ].sort((a, b) => a.token - b.token),
  apply(target, { token, form }, rng) {
    switch (form) {
      case 'letter':
        return strayLetter(target, token, rng);
      case 'start':
        return strayAtStart(target, token, rng);
      case 'end':
        return strayAtEnd(target, token, rng);
      case 'double':
        return double(target, token);
      case 'split':
        return split(target, token, rng);
      default:
        return insertBefore(target, token, rng.pick(strayKeywords(target, token)));
    }
  },
};

function formSites(
  target: MutationTarget,
  form: string,
  fits: (target: MutationTarget, index: number) => boolean,
): MutationSite[] {
  return tokenSites(target, (_, i) => fits(target, i)).map(({ token }) => ({ token, form }));
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
/** Characters that a slip, a diff or a copied text leaves behind and that may not stand there. */
const AT_START = ['`', ';', '<', '>', '*', '$', '?', '\u00a0', '\u200b'];
/** Left over from a diff; before a name they would be a sign. */
const DIFF_MARKS = ['+', '-'];
const AT_END = ['`', '<', '>', '+', '$', '?', '\u200b'];

/** True for an operand at the end of its argument, or at the start of one: a letter beside it has no place of its own. */
function letterFits(target: MutationTarget, index: number): boolean {
  if (!endsOperand(target, index)) return false;
  return SEPARATORS.has(textAt(target, index + 1)) || startsArgument(target, index);
}

const SEPARATORS = new Set([',', ')', ']', '}', ':', 'for', 'if', 'in', '%']);

function startsArgument(target: MutationTarget, index: number): boolean {
  return target.tokens[index].kind !== 'op' && ['(', '[', '{', ','].includes(textAt(target, index - 1));
}

/** A letter before an operand that starts an argument, behind one that ends it. */
function strayLetter(target: MutationTarget, index: number, rng: Rng): TextEdit {
  const letter = rng.pick(LETTERS);
  const canStart = startsArgument(target, index);
  const canEnd = SEPARATORS.has(textAt(target, index + 1));
  if (canStart && (!canEnd || rng.int(2) === 1)) return insertBefore(target, index, letter);
  const { end, text } = target.tokens[index];
  return { start: end, end, text: /[\])}]$/.test(text) ? letter : ` ${letter}` };
}

/** A letter or character at a line's start. */
function strayAtStart({ tokens }: MutationTarget, first: number, rng: Rng): TextEdit {
  const { start, kind } = tokens[first];
  const marks = kind === 'keyword' ? [...AT_START, ...DIFF_MARKS] : AT_START;
  return { start, end: start, text: rng.pick([...marks, ...LETTERS.map((letter) => `${letter} `)]) };
}

/** A letter or character at a line's end. */
function strayAtEnd({ tokens }: MutationTarget, last: number, rng: Rng): TextEdit {
  const { end } = tokens[last];
  return { start: end, end, text: rng.pick([...AT_END, ...LETTERS.map((letter) => ` ${letter}`)]) };
}

/** Words that compile twice in a row, or not even once. */
const NOT_DOUBLED = new Set(['not', 'await', 'None', 'True', 'False', 'lambda']);

/** A keyword, the name of a keyword argument with its `=`, the target of an augmented assignment with its operator. */
function canDouble(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  if (kind === 'keyword') return !NOT_DOUBLED.has(text);
  if (kind !== 'name') return false;
  const next = textAt(target, index + 1);
  return target.enclosing[index] >= 0 ? next === '=' : next.length > 1 && isAssignment(next);
}

/** `or` becomes `or or`; `key=` of a call becomes `key=key=`. */
function double(target: MutationTarget, index: number): TextEdit {
  const { source, tokens } = target;
  if (tokens[index].kind === 'keyword') return insertAfter(target, index, ` ${textAt(target, index)}`);
  const { start } = tokens[index];
  return { start, end: start, text: source.slice(start, tokens[index + 2].start) };
}

/** A blank inside a name, or a hyphen where an expression may not stand. */
function split(target: MutationTarget, index: number, rng: Rng): TextEdit {
  const { start, text } = target.tokens[index];
  const at = start + 1 + rng.int(text.length - 1);
  const named = ['import', 'from', 'def', 'class'].includes(textAt(target, lineAt(target, index).first));
  return { start: at, end: at, text: named ? rng.pick([' ', '-']) : rng.pick([' ', ' ', '`']) };
}

/** Keywords that are left over before a token when a statement or a condition was rewritten. */
function strayKeywords(target: MutationTarget, index: number): string[] {
  if (isLayout(target.tokens[index])) return [];
  const { first, end } = lineAt(target, index);
  if (index === first && assigns(target, first, end)) return ['return', 'if'];
  if (index === first && STATEMENTS.has(textAt(target, first))) return ['return'];
  const before = textAt(target, index - 1);
  if (['if', 'elif', 'while'].includes(before) && index === first + 1) return ['and', 'or'];
  if (textAt(target, index) === 'in' && !target.loopIns.has(index) && before !== 'not') return ['is'];
  return [];
}

const STATEMENTS = new Set(['del', 'raise', 'assert', 'for', 'if', 'while', 'with', 'try', 'pass', 'import']);

function isLayout({ kind }: Token): boolean {
  return ['newline', 'indent', 'dedent', 'error-indent', 'end'].includes(kind);
}

function assigns({ tokens, enclosing }: MutationTarget, first: number, end: number): boolean {
  for (let i = first; i < end; i++) if (tokens[i].text === '=' && enclosing[i] < 0) return true;
  return false;
}

/** Takes the `#` from a comment, or writes the mark of another language for it. */
export const commentWithoutHash: Mutator = {
  bugType: 'comment-without-hash',
  why: 'Without its `#` the comment is read as code, and prose is none.',
  sites: (target) =>
    target.lines.flatMap(({ first, end }): MutationSite[] => [
      ...(commentAbove(target, first) ? [{ token: first, form: 'above' }] : []),
      ...(commentBehind(target, end) ? [{ token: end, form: 'behind' }] : []),
    ]),
  apply(target, { token, form }, rng) {
    const comment = form === 'above' ? commentAbove(target, token) : commentBehind(target, token);
    if (!comment) return null;
    const { start, mark } = comment;
    return { start, end: start + mark.length, text: rng.pick(['', '// ']) };
  },
};

interface Comment {
  /** Offset of the `#`. */
  start: number;
  /** The `#` with the blanks behind it. */
  mark: string;
}

/** The comment that fills the physical line above a statement. */
function commentAbove({ source, tokens }: MutationTarget, first: number): Comment | undefined {
  const lineStart = source.lastIndexOf('\n', tokens[first].start - 1);
  if (lineStart < 0) return undefined;
  const above = source.slice(source.lastIndexOf('\n', lineStart - 1) + 1, lineStart);
  const indent = /^[ \t]*(?=#)/.exec(above)?.[0];
  return indent === undefined ? undefined : proseAt(above, indent.length, lineStart - above.length);
}

/** The comment behind a statement, before its `newline` token. */
function commentBehind({ source, tokens }: MutationTarget, end: number): Comment | undefined {
  if (tokens[end].kind !== 'newline') return undefined;
  const from = tokens[end - 1].end;
  const text = source.slice(from, tokens[end].start);
  const at = text.indexOf('#');
  return at < 0 || text.includes('\n') ? undefined : proseAt(text, at, from);
}

/** A comment of some words that no one would read as code, short enough that one edit deletes it. */
function proseAt(text: string, at: number, offset: number): Comment | undefined {
  const mark = /^#+[ \t]*/.exec(text.slice(at))?.[0];
  if (mark === undefined) return undefined;
  const prose = text.slice(at + mark.length);
  if (/^(noqa|nosec|type|pylint|pragma|fmt|isort|mypy|pyright|flake8)\b/.test(prose)) return undefined;
  if (!/^[A-Za-z][\w'-]*[,:]?( [\w'(-]+){1,}/.test(prose) || KEYWORDS.has(prose.split(' ')[0]))
    return undefined;
  // Newline, perhaps a slip of indentation, and the mark of another language count too.
  return lex(prose).length + 1 > MAX_SPAN ? undefined : { start: offset + at, mark };
}
