import type { Edit, TokenText } from '../../records/sample';
import { bracketDepth, isIndentation, lineBreakOf } from '../tokens/indentation';
import type { Token } from '../tokens/token';
import { renderMiddle, type Place } from './render-gaps';
import { firstSolid, lastSolid, planIndents, shiftedTail } from './render-indents';
import { lineSpaces, spacingStyle, type SpacingStyle } from './spacing';

/** Text with the edit made (see `applyEdit`, which checks the span and aligns the edit first). */
export function renderEdit(source: string, tokens: readonly Token[], edit: Edit): string {
  const [start, end] = edit.tokenSpan;
  const nextIndex = firstSolid(tokens, end);
  const indents = planIndents(source, tokens, edit, nextIndex);
  const previous = lastSolid(tokens, start);
  const next = tokens[nextIndex];
  const removed = tokens.slice(start, end).filter((token) => !isIndentation(token));
  const from = previous?.end ?? 0;
  const line = logicalLineBefore(tokens, start);
  const style = styleAround(source, line, [next, ...restOfLine(tokens, nextIndex)]);
  const spacesOf = (middle: readonly TokenText[]): string[] =>
    lineSpaces([...line, ...middle, next], style).slice(line.length);
  const place: Place = {
    source,
    lineBreak: lineBreakOf(source),
    previous,
    next,
    removed,
    written: indents.written,
    gapLeft: source.slice(from, (removed[0] ?? next).start),
    gapRight: removed.length > 0 ? source.slice(removed[removed.length - 1].end, next.start) : '',
    nextIndent: indents.next,
    movesFirst: indents.movesFirst,
    movesNext: indents.movesNext,
    mendsString: indents.mendsString,
    nextLevel: indents.newLevels.length,
    depth: bracketDepth([...line, ...edit.replacement]),
    spaces: spacesOf(indents.written),
    oldSpaces: spacesOf(removed),
  };
  return source.slice(0, from) + renderMiddle(place) + shiftedTail(source, tokens, nextIndex, indents);
}

function logicalLineBefore(tokens: readonly Token[], index: number): Token[] {
  let start = index;
  while (start > 0 && tokens[start - 1].kind !== 'newline') start--;
  return tokens.slice(start, index).filter((token) => !isIndentation(token));
}

function restOfLine(tokens: readonly Token[], index: number): Token[] {
  if (tokens[index].kind === 'newline' || tokens[index].kind === 'end') return [];
  const end = tokens.findIndex(({ kind }, i) => i > index && (kind === 'newline' || kind === 'end'));
  return tokens.slice(index + 1, end);
}

/** Style of the logical line before and after the edit. */
function styleAround(source: string, before: readonly Token[], after: readonly Token[]): SpacingStyle {
  const line = [...before, ...after];
  const gaps = line.map((token, i) =>
    i === 0 || i === before.length ? undefined : source.slice(line[i - 1].end, token.start),
  );
  return spacingStyle(line, gaps);
}
