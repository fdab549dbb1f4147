import { percentile } from '../metrics/percentile';
import { encodeSample } from '../processing/encoding/encode-sample';
import { isDropped } from '../processing/encoding/encode';
import type { RepairModel } from '../repair/model-folder';
import { predict } from '../trm/predict';
import { INTERRUPTED } from './measure';
import type { Case } from './outcome';
import type { Report } from './report';

/** Functions that are predicted before the clock runs: the first ones pay for the engine's start. */
const WARM_UP = 5;

/** Time of one function at a time, lexing and encoding included, verifying not. */
export async function measureLatency(
  cases: readonly Case[],
  { model, tokenizer, vocabulary }: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>,
  supervisionSteps: number,
  signal?: AbortSignal,
): Promise<Report['latency']> {
  const times: number[] = [];
  for (const [i, { sample, before }] of [...cases.slice(0, WARM_UP), ...cases].entries()) {
    const from = performance.now();
    // Without the fix, as at inference.
    const options = { tokenizer, vocabulary, withNames: true, maxTokens: model.config.maxTokens };
    const example = encodeSample({ ...sample, after: sample.before }, options);
    if (isDropped(example)) continue;
    const tokens = before.slice(example.firstToken, example.firstToken + example.length);
    await predict(model, [{ example, tokens }], {
      tokenizer,
      vocabulary,
      supervisionSteps,
      signal,
      task: INTERRUPTED,
    });
    if (i >= Math.min(WARM_UP, cases.length)) times.push(performance.now() - from);
  }
  const at = (percent: number): number | null => (times.length > 0 ? percentile(times, percent) : null);
  return { n: times.length, p50Milliseconds: at(50), p99Milliseconds: at(99) };
}
