/**
 * Whether a trained model answers the same in float32 and in bf16: the answer (no bug, or the likeliest edit) to every function
 * of a set in both precisions, how many are equal, and for the others how near the two likeliest answers of float32 were.
 *
 *   make bench BENCH=precision-answers ARGS='--model quickstart --set synthetic-9 --most 2000'
 *
 * `--model` is a model folder, a run or an experiment, as for `trm evaluate`. The last line is JSON: rows, equal (share), gaps of the
 * others (probability of the likeliest answer less that of the next; quantiles), mended in both precisions, units.
 */
import { parseArgs } from 'node:util';
import { loadedKernels, requireNativeEngine } from '../src/core/engine';
import { describeError, UserError } from '../src/core/errors';
import { loadSet } from '../src/evaluation/benchmarks/sets';
import { encodeSet, findParserStops } from '../src/evaluation/benchmarks/set-cases';
import { judgeCase, predictWindow, type Case } from '../src/evaluation/outcome';
import { percentile } from '../src/metrics/percentile';
import { loadTrainedModel, type TrainedModel } from '../src/serving/trained-model';
import { withMachine, type Machine } from '../src/stages/machine';
import type { Precision } from '../src/trm/precision';
import { Model } from '../src/trm/model';
import { predict, type Prediction } from '../src/trm/predict';

/** Chances of "no bug" and of each edit, the largest first, with the edit as text. */
function answers({ noBug, proposals }: Prediction): { text: string; chance: number }[] {
  const edits = proposals.map(({ location, spanLength, replacement, probability }) => ({
    text: JSON.stringify([location, spanLength, replacement]),
    chance: probability,
  }));
  return [{ text: 'no bug', chance: noBug }, ...edits].sort((a, b) => b.chance - a.chance);
}

/** All answers of a model in one precision. */
async function ask(
  { parts }: TrainedModel,
  cases: readonly Case[],
  precision: Precision,
): Promise<Prediction[]> {
  const model = new Model(parts.model.data, parts.model.file, precision);
  try {
    const { tokenizer, vocabulary } = parts;
    const windows = cases.map((item) => predictWindow(item));
    return await predict(model, windows, { tokenizer, vocabulary, topK: 2 });
  } finally {
    model.dispose();
  }
}

async function main(machine: Machine): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      set: { type: 'string', default: 'synthetic-9' },
      most: { type: 'string', default: '100000' },
    },
  });
  if (values.model === undefined)
    throw new UserError('expected --model <folder, run or experiment>, got none');
  await requireNativeEngine();
  const trained = await loadTrainedModel(values.model, { machine });
  const set = await loadSet(values.set, { data: trained.data });
  if ('skipped' in set) throw new UserError(`${values.set}: ${set.skipped}`);
  const samples = [...set.samples].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, Number(values.most));
  const stops = await findParserStops(samples, await machine.critic());
  const { cases } = await encodeSet({ samples, contexts: set.contexts, stops }, trained.parts);
  const plain = await ask(trained, cases, 'float32');
  const rounded = await ask(trained, cases, 'bf16');
  trained.dispose();
  const gaps: number[] = [];
  cases.forEach((_, i) => {
    const [first, second] = answers(plain[i]);
    if (answers(rounded[i])[0].text !== first.text) gaps.push(first.chance - (second?.chance ?? 0));
  });
  const mended = (predictions: readonly Prediction[]): number =>
    cases.filter((item, i) => judgeCase(item, predictions[i], null).joint === true).length;
  const result = {
    bench: 'precision-answers',
    model: trained.name,
    set: set.name,
    rows: cases.length,
    equal: 1 - gaps.length / cases.length,
    gaps: [50, 90, 100].map((q) => (gaps.length === 0 ? null : percentile(gaps, q))),
    mended: { float32: mended(plain), bf16: mended(rounded) },
    units: loadedKernels()?.bf16 ?? 'rounded factors',
  };
  console.log(`${cases.length} functions: ${(100 * result.equal).toFixed(2)} % of the answers are equal`);
  console.log(JSON.stringify(result));
}

withMachine(main).catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = error instanceof UserError ? 2 : 1;
});
