/**
 * What recursion, or the precision of products, is worth over several seeds: trains `experiments/recursion-seeds.yaml` and a twin
 * of it with each seed, one after the other, judges each pair on the same functions and prints a table a set, with the interval
 * over seeds (paired, Student's t) and the one over groups of functions (cluster bootstrap).
 *
 *   make bench BENCH=recursion-seeds ARGS='--seeds 1,2,3 --sets synthetic-9,test'
 *   make bench BENCH=recursion-seeds ARGS='--against recursion-seeds-bf16'
 *
 * A training is an ordinary one of the stage cache: stopped or killed, the same command goes on where it was, and finished ones
 * are not repeated. `--set train.maxSteps=20` and `--most 50` try it out. `--out` is where tables and predictions go (default:
 * `TRM_WORK_DIR/evaluations/<twin>`). The last line is JSON of the summaries.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, UserError } from '../src/core/errors';
import { workDir } from '../src/core/paths';
import { terminalProgress } from '../src/core/progress';
import { openStage } from '../src/pipeline/stages/open-stage';
import { readShards } from '../src/pipeline/reviews/shard-reader';
import { prepareData } from '../src/pipeline/sweeps/sweep-trial';
import { startStageTraining } from '../src/pipeline/runs/train-process';
import { evaluateModels } from '../src/serving/evaluate-models';
import { createFolderStore } from '../src/storage/folder-store';
import { renderSeedTable, summariseSeeds, type SeedRow } from './tools/seed-table';
import { withMachine, type Machine } from '../src/stages/machine';

const FIRST = 'recursion-seeds';

interface Request {
  /** The twin's experiment. */
  against: string;
  seeds: number[];
  sets: string[];
  set: string[];
  most: number | null;
  out: string;
  signal: AbortSignal;
  machine: Machine;
}

/** Trains one model of the pair with one seed, or finds it trained. */
async function trainOne(name: string, seed: number, { set, signal, machine }: Request): Promise<void> {
  const source = { machine, experiment: name, set: [...set, `train.seed=${seed}`] };
  const stage = await openStage('train', source);
  const training = await startStageTraining(stage, { signal });
  for await (const line of training.follow())
    if (line.kind === 'evaluation')
      console.log(`${name} seed ${seed} step ${line.step}: val_joint ${Number(line.val_joint).toFixed(3)}`);
  await training.done;
}

/** Judges both models of a seed on all sets. @returns rows by set */
async function judge(seed: number, request: Request): Promise<Map<string, SeedRow[]>> {
  const { against, sets, set, most, out, signal, machine } = request;
  const results = await evaluateModels({
    model: FIRST,
    against,
    sets,
    steps: [1],
    most,
    cleanKept: 0.95,
    out: join(out, `seed-${seed}`),
    set: [...set, `train.seed=${seed}`],
    signal,
    machine,
    progress: terminalProgress(),
  });
  const rows = new Map<string, SeedRow[]>();
  for (const result of results)
    if ('skipped' in result) console.log(`skipped ${result.set}: ${result.skipped}`);
    else rows.set(result.set, await pairRows(result.folder, seed, against));
  return rows;
}

/** The functions that both models judged. */
async function pairRows(folder: string, seed: number, against: string): Promise<SeedRow[]> {
  const sql = `SELECT a.sample_id AS "sampleId", a."group", a.clean,
      CASE WHEN a.clean THEN a.answers_no_bug ELSE a.joint END AS first,
      CASE WHEN b.clean THEN b.answers_no_bug ELSE b.joint END AS second
    FROM shards a JOIN shards b ON a.sample_id = b.sample_id
    WHERE a.model = '${FIRST}' AND b.model = '${against}'`;
  const reader = readShards(createFolderStore(folder));
  const rows = await reader.query<Omit<SeedRow, 'seed'>>('predictions.parquet', sql);
  return rows.map((row) => ({ seed, ...row }));
}

function readRequest(signal: AbortSignal): Omit<Request, 'machine'> {
  const { values } = parseArgs({
    options: {
      against: { type: 'string', default: 'recursion-seeds-plain' },
      seeds: { type: 'string', default: '1,2,3' },
      sets: { type: 'string', default: 'synthetic-9,test' },
      set: { type: 'string', multiple: true, default: [] },
      most: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const whole = (text: string, flag: string): number => {
    if (!/^\d+$/.test(text)) throw new UserError(`${flag}: expected whole numbers, got "${text}"`);
    return Number(text);
  };
  return {
    ...values,
    out: values.out ?? join(workDir(), 'evaluations', values.against),
    seeds: values.seeds.split(',').map((seed) => whole(seed, '--seeds')),
    sets: values.sets.split(','),
    most: values.most === undefined ? null : whole(values.most, '--most'),
    signal,
  };
}

async function main(machine: Machine): Promise<void> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  const request = { ...readRequest(controller.signal), machine };
  const { against, seeds, set, out, signal } = request;
  await prepareData({ experiment: FIRST, set }, { signal, machine, progress: terminalProgress() });
  for (const seed of seeds) for (const name of [FIRST, against]) await trainOne(name, seed, request);
  const all = new Map<string, SeedRow[]>();
  for (const seed of seeds)
    for (const [name, rows] of await judge(seed, request)) all.set(name, [...(all.get(name) ?? []), ...rows]);
  const tables = [...all].map(([name, rows]) => renderSeedTable(name, [FIRST, against], rows));
  await writeFile(join(out, 'table.md'), tables.join('\n'));
  console.log(tables.join('\n'));
  const sets = [...all].map(([name, rows]) => ({ set: name, mended: summariseSeeds(rows, false) }));
  console.log(JSON.stringify({ bench: 'recursion-seeds', against, seeds, sets }));
}

withMachine(main).catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = error instanceof UserError ? 2 : 1;
});
