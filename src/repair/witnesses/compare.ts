import { lineEnd } from '../../python/tokens/characters';
import { lineStarts } from '../../python/tokens/positions';
import type { WitnessFinding } from '../../records/witness';

/** A text with what witnesses see in it. */
export interface Witnessed {
  source: string;
  findings: readonly WitnessFinding[];
}

/** What an edit did to the findings of a text. */
export interface FindingChanges {
  /** Of the text before: gone. */
  removed: WitnessFinding[];
  /** Of the text after: not there before. */
  added: WitnessFinding[];
  /** Of the text after: there before, too. */
  kept: WitnessFinding[];
}

/**
 * Which findings an edit removed and which are new. Lines move, so that a finding is the same when witness, rule, message
 * and the text of its line are; what is left over is matched without the line, for an edit may change a line for the sake
 * of one finding and leave another one on it. Equal findings are counted: of two, an edit may remove one.
 *
 * Where one goes and an equal one comes elsewhere, nothing counts as removed.
 */
export function compareFindings(before: Witnessed, after: Witnessed): FindingChanges {
  const onLine = pair(before.findings, after.findings, keysOf(before, true), keysOf(after, true));
  const [removed, added] = [onLine.removed, onLine.added];
  const rest = pair(
    removed,
    added,
    keysOf({ ...before, findings: removed }, false),
    keysOf({ ...after, findings: added }, false),
  );
  const isNew = new Set(rest.added);
  return { ...rest, kept: after.findings.filter((finding) => !isNew.has(finding)) };
}

/** Takes equal findings off both sides, one for one and in order. */
function pair(
  before: readonly WitnessFinding[],
  after: readonly WitnessFinding[],
  beforeKeys: readonly string[],
  afterKeys: readonly string[],
): Pick<FindingChanges, 'removed' | 'added'> {
  const open = new Map<string, number>();
  for (const key of beforeKeys) open.set(key, (open.get(key) ?? 0) + 1);
  const added = after.filter((_, i) => !take(open, afterKeys[i]));
  // What is still open was not met after the edit: of equal ones the last.
  const left = [...before.keys()].reverse().filter((i) => take(open, beforeKeys[i]));
  return { removed: left.reverse().map((i) => before[i]), added };
}

function take(open: Map<string, number>, key: string): boolean {
  const count = open.get(key) ?? 0;
  if (count > 0) open.set(key, count - 1);
  return count > 0;
}

function keysOf({ source, findings }: Witnessed, withLine: boolean): string[] {
  const starts = withLine ? lineStarts(source) : [];
  return findings.map(({ witness, rule, message, range }) => {
    const start = starts[range.start.line];
    const line = start === undefined ? '' : source.slice(start, lineEnd(source, start)).trim();
    // Some messages name the line of another place.
    return JSON.stringify([witness, rule, message.replace(/\bline \d+/g, 'line'), line]);
  });
}
