import type { NameSource } from '../processing/encoding/file-names';
import { fileContext } from '../python/names/file-context';
import { findDefinitions } from '../python/structure/definitions';
import type { TokenWindow } from '../python/structure/windows';
import type { Token } from '../python/tokens/token';
import { contextAround } from '../records/file-context';

/** Says where the names come from that the slots of a window may write. */
export type WindowNames = (window: TokenWindow) => NameSource;

/**
 * The names around the windows of a file: for a window of a function what the file says when that function is hidden, as
 * in training; for code of the module, what all its functions say. Read when first asked for.
 */
export function windowNames(tokens: readonly Token[]): WindowNames {
  let read: { context: ReturnType<typeof fileContext>; starts: number[]; ends: number[] } | undefined;
  const sources = new Map<number | null, NameSource>();
  return ({ firstToken, endToken }) => {
    read ??= readFile(tokens);
    const { context, starts, ends } = read;
    const found = lastAtMost(starts, firstToken);
    const index = found >= 0 && firstToken < ends[found] ? found : null;
    const known = sources.get(index);
    if (known && index !== null) return known;
    const surroundings = known?.surroundings ?? contextAround(context, index);
    const [from, to] = index === null ? [firstToken, endToken] : [starts[index], ends[index]];
    const source = { surroundings, functionTokens: tokens.slice(from, to) };
    sources.set(index, source);
    return source;
  };
}

function readFile(tokens: readonly Token[]): {
  context: ReturnType<typeof fileContext>;
  starts: number[];
  ends: number[];
} {
  const functions = findDefinitions(tokens).filter(({ kind, nested }) => kind === 'def' && !nested);
  return {
    context: fileContext(tokens),
    starts: functions.map(({ firstToken }) => firstToken),
    ends: functions.map(({ endToken }) => endToken),
  };
}

/** Index of the last of some rising numbers that is at most `value`; -1 when none is. */
function lastAtMost(rising: readonly number[], value: number): number {
  let [from, to] = [0, rising.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rising[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
