import type { TokenText } from '../../records/sample';
import type { Token } from './token';

/** Kinds that stand for no characters of their own: they say how the next line is indented. */
export function isIndentation(token: TokenText): boolean {
  return token.kind === 'indent' || token.kind === 'dedent' || token.kind === 'error-indent';
}

/** White space between a line's start and `at`. */
export function whiteSpaceBefore(source: string, at: number): string {
  let start = at;
  while (start > 0 && ' \t\f'.includes(source[start - 1])) start--;
  return source.slice(start, at);
}

/** White space of the blocks that are open before token `index`, outermost ('' of the module) first. */
export function openLevels(source: string, tokens: readonly Token[], index: number): string[] {
  const levels = [''];
  for (let i = 0; i < index; i++) {
    const { kind } = tokens[i];
    if (kind === 'indent') levels.push(blockSpace(source, tokens, i));
    else if (kind === 'dedent' && levels.length > 1) levels.pop();
  }
  return levels;
}

/** White space of the block that the `indent` at `index` opens: its first line's, unless that is the one in error. */
export function blockSpace(source: string, tokens: readonly Token[], index: number): string {
  // A docstring that an edit set aside leaves an empty block.
  if (tokens[index + 1]?.kind === 'dedent') return whiteSpaceBefore(source, tokens[index].start);
  let first = index + 1;
  while (first < tokens.length - 1 && isIndentation(tokens[first])) first++;
  const error = tokens[index + 1];
  // An error that lies before a docstring is the docstring's: the line after it is where the block is.
  const inError = error?.kind === 'error-indent' && error.start === tokens[first].start;
  const next = inError ? nextLine(tokens, index + 2) : undefined;
  // With every line in error, the first one's place is as good as any.
  const from = next !== undefined && tokens[next].kind !== 'error-indent' ? next : first;
  return whiteSpaceBefore(source, tokens[from].start);
}

/** Index of the next line's first token (an `error-indent` included) in the block of the line at `index`. */
function nextLine(tokens: readonly Token[], index: number): number | undefined {
  let level = 0;
  for (let i = index; i < tokens.length; i++) {
    const { kind } = tokens[i];
    if (kind === 'indent') level++;
    else if (kind === 'dedent') level--;
    else if (level === 0 && i > index && kind !== 'end' && startsLine(tokens, i)) return i;
    if (level < 0) return undefined;
  }
  return undefined;
}

function startsLine(tokens: readonly Token[], index: number): boolean {
  const { kind } = tokens[index - 1];
  return kind === 'newline' || kind === 'dedent';
}

/** The file's own indentation step: the first block's, else four spaces. */
export function indentUnit(source: string, tokens: readonly Token[]): string {
  const levels = [''];
  for (let i = 0; i < tokens.length; i++) {
    const { kind } = tokens[i];
    if (kind === 'dedent' && levels.length > 1) levels.pop();
    if (kind !== 'indent') continue;
    const space = blockSpace(source, tokens, i);
    const outer = levels[levels.length - 1];
    if (space.startsWith(outer) && space.length > outer.length) return space.slice(outer.length);
    levels.push(space);
  }
  return '    ';
}

/** The file's own line end: the first one's, else a line feed. */
export function lineBreakOf(source: string): string {
  return /\r\n|\r|\n/.exec(source)?.[0] ?? '\n';
}

/** Open brackets after the tokens of one logical line; a closing bracket too many is not counted. */
export function bracketDepth(tokens: Iterable<TokenText>): number {
  let depth = 0;
  for (const { kind, text } of tokens) {
    if (kind === 'newline') depth = 0;
    else if (kind !== 'op') continue;
    else if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth = Math.max(0, depth - 1);
  }
  return depth;
}
