import { seedStream } from '../../core/rng';
import { parameterSpecs, type ParameterSpec } from '../../trm/config';
import { gridModelConfigSchema, gridParameterSpecs } from '../../trm/grid/config';
import { createStartStates } from '../../trm/model';
import { flatViews, layoutOf, startingWeights } from '../../trm/weights';
import { compare, STATISTIC_TOLERANCE, type ParityRow } from './compare';
import type { Fixture, InitialFixture } from './fixture';

/**
 * Compares how weights and start states are drawn: constants as they are; truncated normals by mean, std and the shares
 * below nine deciles, in standard errors of each, and by the value that none may exceed.
 */
export function compareInitialValues(fixture: Fixture): ParityRow[] {
  const rng = seedStream(1, 'parity');
  const start = createStartStates({ ...fixture.config, width: 64 * 64 }, rng);
  return [
    ...compareWeights('initial', parameterSpecs(fixture.config), fixture.initial, fixture),
    ...fixture.grid.cases.flatMap(({ label, config, initial }) => {
      const specs = gridParameterSpecs(gridModelConfigSchema.parse(config));
      return compareWeights(`${label}: initial`, specs, initial, fixture);
    }),
    compareNormal('initial start state y', start.y, 1, fixture),
    compareNormal('initial start state z', start.z, 1, fixture),
  ];
}

function compareWeights(
  label: string,
  specs: readonly ParameterSpec[],
  initial: InitialFixture,
  fixture: Fixture,
): ParityRow[] {
  const layout = layoutOf(specs);
  const views = flatViews(startingWeights(specs, seedStream(1, 'parity')), layout);
  return layout.entries.map(({ name }) => {
    const { kind, value } = initial[name];
    const values = views[name];
    if (kind === 'normal') return compareNormal(`${label} ${name}`, values, value, fixture);
    const constant = values.map(() => value);
    return compare(`${label} ${name}`, values, constant);
  });
}

function compareNormal(
  name: string,
  values: Float32Array,
  std: number,
  { truncatedNormal: { cut, kurtosis, deciles } }: Fixture,
): ParityRow {
  const n = values.length;
  const average = (of: (value: number) => number): number =>
    values.reduce((sum, value) => sum + of(value), 0) / n;
  const mean = average((value) => value);
  const spread = Math.sqrt(average((value) => value ** 2));
  // Standard errors: of a mean std / sqrt(n), of a std about std sqrt((kurtosis - 1) / 4n), of a share sqrt(p (1 - p) / n).
  const errors = deciles.map((decile, k) => {
    const p = (k + 1) / 10;
    return Math.abs(average((value) => Number(value < decile * std)) - p) / Math.sqrt((p * (1 - p)) / n);
  });
  errors.push(Math.abs(mean) / (std / Math.sqrt(n)));
  errors.push(Math.abs(spread / std - 1) / Math.sqrt((kurtosis - 1) / (4 * n)));
  const beyond = values.some((value) => Math.abs(value) > cut * std * (1 + 1e-6));
  return {
    name,
    difference: beyond ? Number.MAX_VALUE : Math.max(...errors),
    tolerance: STATISTIC_TOLERANCE,
    values: n,
    unit: 'standard errors',
  };
}
