import { z } from 'zod';
import { DataError } from '../../core/errors';
import type { Manifest } from '../../records/manifest';
import type { Metric } from '../../records/run';

/** What the manifest's figures of a training say of its best evaluation. */
const figuresSchema = z.looseObject({ best: z.looseObject({ step: z.int() }).nullish() });

/**
 * The evaluations that speak for a finished training: the one whose weights were kept as its model, and the last one.
 * Other lines of the log are passed over, also those after the last evaluation (warnings of a tracker).
 * @param metrics `metrics.jsonl` of the training
 * @param manifest names the step of the weights that were kept; where it names none, the best score counts
 * @throws DataError when the log has no evaluation, or none at that step
 */
export function evaluationsOf(
  metrics: readonly Metric[],
  manifest: Pick<Manifest, 'trm:metrics'>,
): { best: Metric; last: Metric } {
  const evaluations = metrics.filter(({ kind }) => kind === 'evaluation');
  const last = evaluations.at(-1);
  if (!last)
    throw new DataError('expected an evaluation in metrics.jsonl, got none', 'run the training again');
  const { best: kept } = figuresSchema.parse(manifest['trm:metrics'] ?? {});
  const score = ({ val_score: value }: Metric): number => (typeof value === 'number' ? value : -Infinity);
  const best = kept
    ? evaluations.findLast(({ step }) => step === kept.step)
    : evaluations.reduce((a, b) => (score(b) > score(a) ? b : a));
  if (!best)
    throw new DataError(
      `expected an evaluation at step ${kept?.step}, whose weights were kept, got none in metrics.jsonl`,
      'run the training again',
    );
  return { best, last };
}

/** An evaluation as a row of a table: its name, when it was, and the validation figures without their prefix `val_`. */
export function evaluationRow(
  evaluation: string,
  { step, samplesSeen, ...values }: Metric,
): Readonly<Record<string, unknown>> {
  const figures = Object.entries(values).filter(([name]) => name.startsWith('val_'));
  const named = figures.map(([name, value]) => [name.slice('val_'.length), value] as const);
  return { evaluation, step, samplesSeen, ...Object.fromEntries(named) };
}
