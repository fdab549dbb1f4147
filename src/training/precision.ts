import { loadedKernels } from '../core/engine';
import { EngineError } from '../core/errors';
import type { ObjectStore } from '../storage/object-store';
import { precisionHere } from '../trm/kernels';
import { PRECISIONS, type Precision, type PrecisionChoice } from '../trm/precision';
import { newestRecord } from './checkpoint';

/**
 * The precision that a run computes in. The engine must be loaded.
 * @param store of the run, whose checkpoints settle what `auto` is
 * @throws EngineError for bf16 where the fused kernels are not in use
 */
export async function settlePrecision(choice: PrecisionChoice, store: ObjectStore): Promise<Precision> {
  const kernels = loadedKernels();
  const begun = choice === 'auto' ? (await newestRecord(store))?.training.precision : choice;
  const known = PRECISIONS.find((precision) => precision === begun);
  const settled = known ?? precisionHere('auto');
  if (settled === 'bf16' && kernels === null)
    throw new EngineError(
      'expected the fused kernels for train.precision bf16, which are not in use',
      'run `make setup`, unset TRM_KERNELS, or train in float32',
    );
  return settled;
}
