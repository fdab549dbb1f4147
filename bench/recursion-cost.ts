/**
 * What recursion costs: seconds of an optimizer step and of an answer against T, n, N_sup, sequence length, batch and width
 * of the model, one of them at a time around a default (trm-cpu, T 1, n 1, N_sup 1, 64 tokens, 32 rows). Every point is
 * visited once a round, in an order that turns with the round, so that a slow minute of the machine falls on all of them.
 *
 *   make bench BENCH=recursion-cost ARGS='--out experiments/recursion-cost.json --rounds 5'
 *
 * Writes median milliseconds for a batch of samples from start to end (N_sup optimizer steps; one answer of N_sup
 * supervision steps), in the form of src/pipeline/reviews/recursion-cost.ts; notebooks/model-analysis.ipynb draws the committed
 * file. The last line is JSON of the same.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { requireNativeEngine } from '../src/core/engine';
import { percentile } from '../src/metrics/percentile';
import { recursionCostSchema, type RecursionCost } from '../src/pipeline/reviews/recursion-cost';
import { supervisionStepFlops } from '../src/trm/flops';
import { startProgram } from './tools/our-side';
import { caseModel, makeMaterial, type StepCase, type StepKind } from './tools/step-case';

const DEFAULT: StepCase = {
  preset: 'trm-cpu',
  recursions: 1,
  latentUpdates: 1,
  supervisionSteps: 1,
  rows: 32,
  length: 64,
};

/** Factors and their values; the default's own among them. */
const FACTORS = {
  recursions: [1, 2, 3, 4],
  latentUpdates: [1, 2, 4, 6],
  supervisionSteps: [1, 2, 4, 8],
  length: [16, 32, 64, 96, 128, 192, 256],
  rows: [1, 4, 8, 16, 32, 64],
  preset: ['trm-smoke', 'trm-cpu', 'trm-7m-total', 'trm-7m'],
} as const;

interface Point {
  factor: keyof typeof FACTORS;
  value: string | number;
  step: StepCase;
}

function points(): Point[] {
  return (Object.keys(FACTORS) as Point['factor'][]).flatMap((factor) =>
    FACTORS[factor].map((value) => ({ factor, value, step: { ...DEFAULT, [factor]: value } })),
  );
}

/** Milliseconds for a batch of samples from start to end: N_sup optimizer steps, or one answer of N_sup steps. */
async function timePoint(step: StepCase, kind: StepKind, repeats: number): Promise<number[]> {
  const program = startProgram(makeMaterial(step, kind), kind);
  const passes = kind === 'train' ? step.supervisionSteps : 1;
  const pass = async (): Promise<number> => {
    const started = performance.now();
    for (let i = 0; i < passes; i++) await program.next();
    return performance.now() - started;
  };
  try {
    await pass();
    const times: number[] = [];
    while (times.length < repeats) times.push(await pass());
    return times;
  } finally {
    program.dispose();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      repeats: { type: 'string', default: '3' },
      factors: { type: 'string', default: Object.keys(FACTORS).join(',') },
    },
  });
  const [load] = loadavg();
  const { tensorflow, kernels } = await requireNativeEngine();
  const fused = 'off' in kernels ? 'no fused kernels' : `fused kernels ${kernels.isa}`;
  const asked = values.factors.split(',');
  const all = points().filter(({ factor }) => asked.includes(factor));
  const times = all.map(() => ({ train: [] as number[], infer: [] as number[] }));
  const rounds = Number(values.rounds);
  for (let round = 0; round < rounds; round++)
    for (const i of all.keys()) {
      const at = (i + Math.floor((round * all.length) / rounds)) % all.length;
      for (const kind of ['train', 'infer'] as const)
        times[at][kind].push(...(await timePoint(all[at].step, kind, Number(values.repeats))));
    }
  const cost: RecursionCost = {
    measuredOn: new Date().toISOString().slice(0, 10),
    processor: cpus()[0].model,
    threads: availableParallelism(),
    engine: `TensorFlow ${tensorflow}, ${fused}`,
    load: Math.round(100 * load) / 100,
    around: { ...DEFAULT },
    factors: asked.map((name) => ({
      factor: name,
      points: all.flatMap(({ factor, value, step }, i) =>
        factor === name ? [describePoint(value, step, times[i])] : [],
      ),
    })),
  };
  for (const { factor, points: own } of cost.factors)
    for (const { value, trainMilliseconds, inferMilliseconds } of own)
      console.log(`${factor} ${value}: ${trainMilliseconds} ms to train, ${inferMilliseconds} ms to answer`);
  if (values.out)
    await writeFile(values.out, `${JSON.stringify(recursionCostSchema.parse(cost), null, 2)}\n`);
  console.log(JSON.stringify({ bench: 'recursion-cost', ...cost }));
}

function describePoint(
  value: string | number,
  step: StepCase,
  { train, infer }: Record<StepKind, number[]>,
): RecursionCost['factors'][number]['points'][number] {
  const rounded = (x: number): number => Number(x.toPrecision(4));
  return {
    value,
    trainMilliseconds: rounded(percentile(train, 50)),
    inferMilliseconds: rounded(percentile(infer, 50)),
    trainGflop: rounded(gflop(step, 'train')),
    inferGflop: rounded(gflop(step, 'infer')),
  };
}

/** Operations of the core for a batch from start to end, in 10^9. */
function gflop(step: StepCase, kind: StepKind): number {
  const once = supervisionStepFlops(caseModel(step), step.rows, step.length, kind === 'train');
  return (step.supervisionSteps * once) / 1e9;
}

void main();
