import type { TokenText } from '../records/sample';
import type { Token } from './lexer';

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
  let line = index;
  while (tokens[line + 1]?.kind === 'error-indent') {
    const next = tokens.findIndex((token, i) => i > line && token.kind === 'newline');
    if (next < 0 || isIndentation(tokens[next + 1]) || tokens[next + 1].kind === 'end') break;
    line = next + 1;
  }
  return whiteSpaceBefore(source, tokens[line].start);
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
