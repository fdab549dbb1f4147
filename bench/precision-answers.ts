/**
 * Whether a trained model answers the same in other precisions as in float32: the answer (no bug, or the likeliest edit) to every
 * function of a set, how many are equal, and for the others how near the two likeliest answers of float32 were.
 *
 *   make bench BENCH=precision-answers ARGS='--model quickstart --set synthetic-9 --most 2000 --ways bf16,int16,stored-int8'
 *
 * `--model` is a model folder, a run or an experiment, as for `trm evaluate`. Ways are the precisions, and `stored-float16` and
 * `stored-int8`: weights as a release of that form gives them back, in float32's maths. The last line is JSON: rows, mended in float32, units, and a
 * way: equal (share), gaps of the others (probability of the likeliest answer less that of the next; quantiles), mended.
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
import { INFERENCE_PRECISIONS, type InferencePrecision } from '../src/trm/precision';
import { Model, type ModelData } from '../src/trm/model';
import { predict, type Prediction } from '../src/trm/predict';
import { STORAGE_FORMS, type StorageForm } from '../src/trm/storage/form';
import { readWeights, storedWeights } from '../src/trm/storage/stored-weights';
import { flatLayout } from '../src/trm/weights';

/** Chances of "no bug" and of each edit, the largest first, with the edit as text. */
function answers({ noBug, proposals }: Prediction): { text: string; chance: number }[] {
  const edits = proposals.map(({ location, spanLength, replacement, probability }) => ({
    text: JSON.stringify([location, spanLength, replacement]),
    chance: probability,
  }));
  return [{ text: 'no bug', chance: noBug }, ...edits].sort((a, b) => b.chance - a.chance);
}

/** A model's data and precision, changed. */
interface Way {
  data: ModelData;
  precision: InferencePrecision;
}

function wayOf(name: string, data: ModelData): Way {
  const form = STORAGE_FORMS.find((known) => name === `stored-${known}`);
  if (form !== undefined) return { data: storedAs(form, data), precision: 'float32' };
  const precision = INFERENCE_PRECISIONS.find((known) => known === name);
  if (precision === undefined)
    throw new UserError(
      `expected --ways of ${INFERENCE_PRECISIONS.join(', ')} and stored-float16, stored-int8, got "${name}"`,
    );
  return { data, precision };
}

/** A model as it comes back from a file of another form. */
function storedAs(form: StorageForm, data: ModelData): ModelData {
  const layout = flatLayout(data.config);
  return { ...data, weights: readWeights(storedWeights(data.weights, layout, form), layout, form) };
}

/** All answers of a model. */
async function ask(
  { parts }: TrainedModel,
  cases: readonly Case[],
  { data, precision }: Way,
): Promise<Prediction[]> {
  const model = new Model(data, parts.model.file, precision);
  try {
    const { tokenizer, vocabulary } = parts;
    const windows = cases.map((item) => predictWindow(item));
    return await predict(model, windows, { tokenizer, vocabulary, topK: 2 });
  } finally {
    model.dispose();
  }
}

function countMended(cases: readonly Case[], predictions: readonly Prediction[]): number {
  return cases.filter((item, i) => judgeCase(item, predictions[i], null).joint === true).length;
}

/** How two lists of answers differ. */
function compare(cases: readonly Case[], plain: readonly Prediction[], other: readonly Prediction[]) {
  const gaps: number[] = [];
  cases.forEach((_, i) => {
    const [first, second] = answers(plain[i]);
    if (answers(other[i])[0].text !== first.text) gaps.push(first.chance - (second?.chance ?? 0));
  });
  return {
    equal: 1 - gaps.length / cases.length,
    gaps: [50, 90, 100].map((q) => (gaps.length === 0 ? null : percentile(gaps, q))),
    mended: countMended(cases, other),
  };
}

async function main(machine: Machine): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      set: { type: 'string', default: 'synthetic-9' },
      most: { type: 'string', default: '100000' },
      ways: { type: 'string', default: 'bf16,int16,stored-int8' },
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
  const { data } = trained.parts.model;
  const ways = values.ways.split(',').map((name) => ({ name, way: wayOf(name, data) }));
  const plain = await ask(trained, cases, wayOf('float32', data));
  const compared = [];
  for (const { name, way } of ways) {
    const result = { way: name, ...compare(cases, plain, await ask(trained, cases, way)) };
    console.log(
      `${name}: ${(100 * result.equal).toFixed(2)} % of ${cases.length} answers are those of float32`,
    );
    compared.push(result);
  }
  trained.dispose();
  const result = {
    bench: 'precision-answers',
    model: trained.name,
    set: set.name,
    rows: cases.length,
    mended: countMended(cases, plain),
    units: loadedKernels(),
    ways: compared,
  };
  console.log(JSON.stringify(result));
}

withMachine(main).catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = error instanceof UserError ? 2 : 1;
});
