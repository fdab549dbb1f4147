import { parseJson } from '../../core/files';
import {
  decayRequestSchema,
  earlyDecaySchema,
  type DecayRequest,
  type EarlyDecay,
} from '../../records/early-decay';
import { JOURNAL } from '../../storage/journal';
import type { ObjectStore } from '../../storage/object-store';
import { getText } from '../../storage/objects';

/** The decay of a run that is to end early. */
export const EARLY_DECAY_KEY = `${JOURNAL}early-decay.json`;
/** The wish for it, which another process may leave while the run goes on. */
export const DECAY_REQUEST_KEY = `${JOURNAL}early-decay-request.json`;

/** Steps of a decay nobody gave a length for, as a share of the steps done. */
export const DECAY_SHARE = 0.1;

/** Asks a run, whether a process trains it now or not, to end by a decay. It heeds that before its next step. */
export async function requestDecay(store: ObjectStore, steps: number | null): Promise<void> {
  const request: DecayRequest = { steps };
  await store.put(DECAY_REQUEST_KEY, `${JSON.stringify(request)}\n`);
}

/** The decay that a run has settled; null: its budget decides. @throws DataError when the file is damaged */
export async function readEarlyDecay(store: ObjectStore): Promise<EarlyDecay | null> {
  if (!(await store.exists(EARLY_DECAY_KEY))) return null;
  return parseJson(await getText(store, EARLY_DECAY_KEY), earlyDecaySchema, EARLY_DECAY_KEY);
}

/** Where a run stands when it settles a decay. */
export interface DecayStart {
  /** Optimizer steps done, at least one. */
  step: number;
  /** Learning rate that the next step would have. */
  rate: number;
  /** The budget in steps, which is never exceeded; null = none. */
  maxSteps: number | null;
}

/**
 * Settles the decay that was asked for, if one was and none is settled yet. It is on disk before the first step at its
 * rates is made, so that a run killed at any moment has the same rates again.
 * @param settled the decay that holds already: later wishes change nothing
 */
export async function heedDecayRequest(
  store: ObjectStore,
  settled: EarlyDecay | null,
  { step, rate, maxSteps }: DecayStart,
): Promise<EarlyDecay | null> {
  if (!(await store.exists(DECAY_REQUEST_KEY))) return settled;
  const asked = parseJson(await getText(store, DECAY_REQUEST_KEY), decayRequestSchema, DECAY_REQUEST_KEY);
  const steps = asked.steps ?? Math.max(1, Math.ceil(step * DECAY_SHARE));
  const decay = settled ?? { from: step, steps: Math.min(steps, (maxSteps ?? Infinity) - step), rate };
  if (settled === null) await store.put(EARLY_DECAY_KEY, `${JSON.stringify(decay)}\n`);
  await store.delete(DECAY_REQUEST_KEY);
  return decay;
}
