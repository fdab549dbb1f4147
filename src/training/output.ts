import type { Resource } from '../records/manifest';
import { describeResource } from '../shards/manifest';
import type { ObjectStore } from '../storage/object-store';
import { listKeys } from '../storage/objects';
import { BEFORE_DECAY, CHECKPOINTS, MODEL } from './checkpoint';
import { SNAPSHOTS } from './long-run/snapshots';
import { METRICS_KEY } from './metrics-log';

/**
 * What a finished training leaves, for its manifest. The model is the result; log, checkpoints and kept models
 * hold times and what resuming and curves need, so they are `trm:volatile`: the same model again is the same dataset to the stages behind it.
 */
export async function describeTraining(store: ObjectStore): Promise<Resource[]> {
  const resources: Resource[] = [await describeResource(store, METRICS_KEY, { 'trm:volatile': true })];
  for (const folder of [MODEL, CHECKPOINTS, BEFORE_DECAY, SNAPSHOTS])
    for (const key of await listKeys(store, folder))
      resources.push(await describeResource(store, key, folder === MODEL ? {} : { 'trm:volatile': true }));
  return resources;
}
