import type { Metric } from '../../records/run';
import { scalarsOf } from './metric-tags';

/** One row of a W&B run's history: all numbers of one optimizer step by tag. */
export type WandbRow = Record<string, number> & {
  /** Optimizer step, strictly rising from row to row. */
  _step: number;
  /** Seconds since the epoch. */
  _timestamp: number;
};

/**
 * Joins lines of the same step (training and evaluation) to one row, as the server wants steps to rise. A row comes
 * when a line of a later step does, or the end. Lines that fall behind (a resumed training writes them anew, with the
 * same numbers) are left out.
 */
export async function* rowsOf(lines: AsyncIterable<Metric>): AsyncGenerator<WandbRow> {
  let row: WandbRow | undefined;
  for await (const line of lines) {
    if (row && line.step < row._step) continue;
    if (row && line.step > row._step) {
      yield row;
      row = undefined;
    }
    const values = Object.fromEntries(scalarsOf(line));
    const runtime: Record<string, number> =
      typeof line.seconds === 'number' ? { _runtime: line.seconds } : {};
    row = { ...row, ...values, ...runtime, _step: line.step, _timestamp: line.time };
  }
  if (row) yield row;
}
