import { lineEnd } from '../python/tokens/characters';
import type { LineMap } from '../python/tokens/positions';
import { lineMap } from '../python/tokens/positions';
import type { Range } from '../records/finding';

/** Range of the UTF-16 offsets [start, end). */
export function rangeOf(lines: LineMap, [start, end]: readonly [number, number]): Range {
  const position = (offset: number): Range['start'] => {
    const { line, column } = lines.at(offset);
    return { line: line - 1, character: column };
  };
  return { start: position(start), end: position(end) };
}

/** Range of a whole line without its end; the last line for one behind it. @param line 0-based */
export function lineRange(source: string, line: number): Range {
  const { starts } = lineMap(source);
  const at = Math.min(Math.max(0, line), starts.length - 1);
  return {
    start: { line: at, character: 0 },
    end: { line: at, character: lineEnd(source, starts[at]) - starts[at] },
  };
}
