import { lineEnd } from '../../python/tokens/characters';
import type { WitnessFinding } from '../../records/witness';
import type { Change } from '../changes';

/** What an edit did to what witnesses see. */
export interface EditEffect {
  /** The finding that the edit was made for is there no more. */
  gone: boolean;
  /** Findings that were not there before. */
  added: WitnessFinding[];
}

/**
 * Compares what witnesses see before and after an edit that was made for one finding. Findings are the same when witness, rule
 * and message are, wherever they stand; of equal ones the edit may remove one. A parser says one thing at a time: what it says
 * behind the edit's line was hidden before, and so was what others see elsewhere in a file that did not parse.
 * @param wasBroken the file did not parse
 */
export function effectOfEdit(
  wanted: WitnessFinding,
  before: readonly WitnessFinding[],
  after: readonly WitnessFinding[],
  { change, wasBroken }: { change: Pick<Change, 'start' | 'text' | 'result'>; wasBroken: boolean },
): EditEffect {
  // The lines that the edit touches, in the edited text.
  const end = lineEnd(change.result, change.start + change.text.length);
  const isHidden = ({ witness, span: [start, stop] }: WitnessFinding): boolean =>
    wasBroken && (start > end || (witness !== 'parser' && stop < change.start));
  const left = countsOf(before);
  const added = after.filter((finding) => !take(left, keyOf(finding)) && !isHidden(finding));
  const [key, counts] = [keyOf(wanted), countsOf(after)];
  return { gone: (counts.get(key) ?? 0) < (countsOf(before).get(key) ?? 0), added };
}

function keyOf({ witness, rule, message }: WitnessFinding): string {
  // Some messages name the line of another place.
  return JSON.stringify([witness, rule, message.replace(/\bline \d+/g, 'line')]);
}

function countsOf(findings: readonly WitnessFinding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count > 0) counts.set(key, count - 1);
  return count > 0;
}
