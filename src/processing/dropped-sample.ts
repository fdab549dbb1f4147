import { placeOf, type Sample } from '../records/sample';

/** One line of the stage's `drops.jsonl`: enough to find the sample again in the inputs. */
export interface DroppedSample {
  reason: string;
  id: string;
  group: string;
  source: Sample['source'];
  bugType: string | null;
  path: string;
  function: string;
}

/** The line for a sample that was dropped. */
export function droppedSample(reason: string, sample: Sample): DroppedSample {
  const { id, group, source, bugType, origin } = sample;
  return { reason, id, group, source, bugType, ...placeOf(origin) };
}
