import { DataError } from '../core/errors';
import type { StageName } from '../records/run';
import type { ObjectStore } from '../storage/object-store';
import type { StageContext } from './context';

/**
 * The output of an earlier stage that a stage cannot do without.
 * @param reader stage that asks, for the message
 * @throws DataError when the context does not hold it
 */
export function requireInput(
  { inputs }: Pick<StageContext, 'inputs'>,
  reader: StageName,
  stage: StageName,
): ObjectStore {
  const store = inputs[stage];
  if (store) return store;
  throw new DataError(
    `${reader}: expected the output of the ${stage} stage, got none`,
    `run the ${stage} stage first`,
  );
}
