import { seedStream } from '../../core/rng';
import { createStartStates } from '../../trm/model';
import { flatLayout, flatViews, initialWeights } from '../../trm/weights';
import { compare, STATISTIC_TOLERANCE, type ParityRow } from './compare';
import type { Fixture } from './fixture';

/**
 * Compares how weights and start states are drawn: constants as they are; truncated normals by mean, std and the shares
 * below nine deciles, in standard errors of each, and by the value that none may exceed.
 */
export function compareInitialValues(fixture: Fixture): ParityRow[] {
  const rng = seedStream(1, 'parity');
  const layout = flatLayout(fixture.config);
  const views = flatViews(initialWeights(fixture.config, rng), layout);
  const weights = layout.entries.map(({ name }) => {
    const { kind, value } = fixture.initial[name];
    const label = `initial ${name}`;
    if (kind === 'normal') return compareNormal(label, views[name], value, fixture);
    return compare(
      label,
      views[name],
      views[name].map(() => value),
    );
  });
  const start = createStartStates({ ...fixture.config, width: 64 * 64 }, rng);
  return [
    ...weights,
    compareNormal('initial start state y', start.y, 1, fixture),
    compareNormal('initial start state z', start.z, 1, fixture),
  ];
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
