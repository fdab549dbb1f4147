import { MANIFEST_KEY } from '../../shards/manifest';
import type { ObjectStore } from '../../storage/object-store';
import { getText } from '../../storage/objects';
import { BEFORE_DECAY, CHECKPOINTS, listCheckpoints } from '../checkpoint';
import { copyCheckpoint } from '../long-run/transfer';
import type { RunConfig } from '../run-config';
import { METRICS_KEY, metricsUntil } from '../metrics-log';

/** The part of a training config that says whether a run is the same under a larger budget, up to its decay. */
export type ExtensibleConfig = Pick<RunConfig, 'phases' | 'earlyStopping' | 'evaluateShare'> & {
  optimizer: Pick<RunConfig['optimizer'], 'decayShare' | 'warmupSteps' | 'warmupShare'>;
};

/**
 * Gives a training that has not begun the state that one with a smaller budget had before its learning rate fell, and
 * its log up to there. Both were the same run so far: going on is training anew with the larger budget, bit for bit, without
 * the steps they share. Where that does not hold (a warm-up, phases or evaluations by share of the budget, early stopping, a
 * rate that never was steady) nothing is copied, and the training begins at its beginning.
 * @returns the step that it goes on from; null when it begins anew, or has begun already
 */
export async function continueTraining(
  from: ObjectStore,
  to: ObjectStore,
  config: ExtensibleConfig,
): Promise<number | null> {
  const { phases, earlyStopping, evaluateShare, optimizer } = config;
  const sharedWarmup = optimizer.warmupSteps === null && optimizer.warmupShare > 0;
  const bound = phases.slice(0, -1).some(({ untilShare }) => untilShare < 1) || sharedWarmup;
  if (bound || earlyStopping !== null || evaluateShare !== null) return null;
  if ((await to.exists(MANIFEST_KEY)) || (await listCheckpoints(to)).length > 0) return null;
  // Without a decay, the end itself is a state to go on from.
  const folder = optimizer.decayShare === 0 ? CHECKPOINTS : BEFORE_DECAY;
  const step = (await listCheckpoints(from, folder)).at(0);
  if (step === undefined) return null;
  await to.put(METRICS_KEY, metricsUntil(await getText(from, METRICS_KEY), step));
  await copyCheckpoint(from, { folder, step }, to);
  return step;
}
