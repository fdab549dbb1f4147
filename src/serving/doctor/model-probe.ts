import { UserError } from '../../core/errors';
import { chooseModel, describeModel } from '../default-model';
import type { Check } from './check';

/** The model that `trm fix` and `trm check` would take, and the trials that they would not. */
export async function probeModel(): Promise<Check[]> {
  try {
    const { facts, origin, passedOver } = await chooseModel(undefined);
    const why = origin === 'TRM_MODEL' ? ', named by TRM_MODEL' : '';
    return [
      {
        name: 'model',
        state: facts.hashed ? 'ok' : 'warning',
        value: describeModel(facts) + why,
        fix: facts.hashed ? null : 'copy the whole release folder, manifest.json included',
      },
      ...passedOver.map(({ name, reason }): Check => {
        return {
          name: 'model',
          state: 'ok',
          value: `${name} is not taken unless named: ${reason}`,
          fix: null,
        };
      }),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name: 'model', state: 'warning', value: error.message, fix: error.hint ?? null }];
  }
}
