import { rowOrigin, type RowOrigin } from '../records/mined-fix';
import { placeOf, type Sample } from '../records/sample';

/** One line of the stage's `drops.jsonl`: enough to find the sample again in the inputs. */
export interface DroppedSample {
  reason: string;
  id: string;
  group: string;
  source: Sample['source'];
  bugType: string | null;
  origin: RowOrigin;
  path: string;
  function: string;
}

/** The line for a sample that was dropped. */
export function droppedSample(reason: string, sample: Sample): DroppedSample {
  const { id, group, source, bugType, origin } = sample;
  return { reason, id, group, source, bugType, origin: rowOrigin(sample), ...placeOf(origin) };
}

/** Mined fixes are counted apart from all else, and so are their mended forms. */
export function minedKind({ origin }: Pick<DroppedSample, 'origin'>): 'fixes' | 'mended' | null {
  if (origin === 'code' || origin === 'planted') return null;
  return origin.startsWith('fix_') ? 'fixes' : 'mended';
}
