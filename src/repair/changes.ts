import { applyEdit } from '../python/edits/edits';
import type { Token } from '../python/tokens/token';
import type { Edit } from '../records/sample';
import { changedRange } from './edited-text';

/** What a candidate does to the characters of a program: [start, end) becomes `text`. */
export interface Change {
  start: number;
  end: number;
  text: string;
  /** The whole program with this change alone. */
  result: string;
}

/**
 * The characters that an edit changes: at least those of its tokens, more where layout moves lines.
 * Null when the text stays as it is.
 */
export function changeOf(
  { source, tokens }: { source: string; tokens: readonly Token[] },
  { edit }: { edit: Edit },
): Change | null {
  const result = applyEdit(source, tokens, edit);
  if (result === source) return null;
  const changed = changedRange(source, result);
  const start = Math.min(edit.charSpan[0], changed.start);
  const end = Math.max(edit.charSpan[1], changed.end);
  return { start, end, text: result.slice(start, end + result.length - source.length), result };
}

/** True when two changes share characters or touch: applied together they could mean something else. */
export function collide(a: Pick<Change, 'start' | 'end'>, b: Pick<Change, 'start' | 'end'>): boolean {
  return a.start <= b.end && b.start <= a.end;
}
