/**
 * What recursion costs: seconds of an optimizer step and of an answer against T, n, N_sup, sequence length, batch and width
 * of the model, one of them at a time around a default (trm-cpu, T 1, n 1, N_sup 1, 64 tokens, 32 rows). Every point is
 * visited once a round, in an order that turns with the round, so that a slow minute of the machine falls on all of them.
 *
 *   make bench BENCH=recursion-cost ARGS='--out experiments/recursion-cost.csv --rounds 5'
 *
 * Writes a CSV with a row a point: factor, its value, median milliseconds for a batch of samples from start to end (N_sup
 * optimizer steps; one answer of N_sup supervision steps), operations of the core. notebooks/model-analysis.ipynb draws the
 * committed file. The last line is JSON with the same rows.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { requireNativeEngine } from '../src/core/engine';
import { percentile } from '../src/metrics/percentile';
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
  length: [16, 32, 64, 96, 128],
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
  await requireNativeEngine();
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
  const rows = all.map(({ factor, value, step }, i) => ({
    factor,
    value: String(value),
    trainMilliseconds: percentile(times[i].train, 50),
    inferMilliseconds: percentile(times[i].infer, 50),
    trainGflop: gflop(step, 'train'),
    inferGflop: gflop(step, 'infer'),
  }));
  const columns = Object.keys(rows[0]) as (keyof (typeof rows)[number])[];
  const cell = (value: string | number): string => (typeof value === 'number' ? value.toFixed(2) : value);
  const lines = [
    columns.join(','),
    ...rows.map((row) => columns.map((column) => cell(row[column])).join(',')),
  ];
  console.log(lines.join('\n'));
  if (values.out) await writeFile(values.out, `${lines.join('\n')}\n`);
  console.log(JSON.stringify({ bench: 'recursion-cost', rounds, out: values.out ?? null, rows }));
}

/** Operations of the core for a batch from start to end, in 10^9. */
function gflop(step: StepCase, kind: StepKind): number {
  const once = supervisionStepFlops(caseModel(step), step.rows, step.length, kind === 'train');
  return (step.supervisionSteps * once) / 1e9;
}

void main();
