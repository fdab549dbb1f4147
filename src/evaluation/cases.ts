import { DataError } from '../core/errors';
import { capPerGroup } from '../metrics/cap-per-group';
import type { Sample } from '../records/sample';
import { readExamples } from '../shards/example-shard';
import { readSamples } from '../shards/sample-shard';
import type { ObjectStore } from '../storage/object-store';
import { createCase, type Case } from './outcome';

/**
 * Reads a split of the processed data: examples with the samples they were made from. Rows that the process stage
 * repeats for balance count once. Of more than `maxRowsPerGroup` of a group, and of more than `maxSamples` in all, those with the smallest sample ids
 * (SHA-256, so an even choice that does not depend on the order).
 * @throws DataError when examples and samples do not belong together
 */
export async function readCases(
  store: ObjectStore,
  split: 'train' | 'val' | 'test',
  { maxRowsPerGroup, maxSamples }: { maxRowsPerGroup: number | null; maxSamples: number | null },
): Promise<Case[]> {
  const samples = new Map<string, Sample>();
  for await (const sample of readSamples(store, `samples/${split}`)) samples.set(sample.id, sample);
  const cases = new Map<string, Case>();
  for await (const example of readExamples(store, split)) {
    const sample = samples.get(example.sampleId);
    if (!sample)
      throw new DataError(
        `${store.location}: example of sample ${example.sampleId.slice(0, 12)} in ${split}, which has no such sample`,
        'run the process stage again',
      );
    if (!cases.has(sample.id)) cases.set(sample.id, createCase(sample, example));
  }
  const sorted = [...cases.values()].sort((a, b) => (a.sample.id < b.sample.id ? -1 : 1));
  return capPerGroup(sorted, ({ sample }) => sample.group, maxRowsPerGroup).slice(0, maxSamples ?? undefined);
}
