import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { seedStream } from '../../core/rng';
import {
  countGridWeights,
  gridModelConfigSchema,
  gridStepFlops,
  type GridModelConfig,
} from '../../trm/grid/config';
import { answerGrids, createGridModel, encodeGridModel, loadGridModel } from '../../trm/grid/model';
import { createFolderStore } from '../../storage/folder-store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trainer } from '../trainer';
import { plainTwin, sudokuExperimentSchema, sudokuModelConfig, type SudokuConfig } from './config';
import { makeSudokuData } from './data';
import { SudokuFeed } from './feed';
import { gridLoss, logStablemax } from './loss';
import { judgeSudoku } from './report';
import { SudokuTask } from './task';

test.before(async () => void (await requireNativeEngine()));

const rng = seedStream(5, 'sudoku-task');

/** A tiny experiment: one grid's few puzzles, a narrow model. */
function experiment(model: object, train: object = {}): SudokuConfig {
  return sudokuExperimentSchema.parse({
    kind: 'sudoku',
    data: { trainGrids: 2, validationGrids: 1, testGrids: 1, puzzlesPerGrid: 4 },
    model: { width: 64, layers: 1, supervisionSteps: 2, ...model },
    train: {
      batchTokens: 128,
      emaDecay: 0.9,
      optimizer: { learningRate: 3e-3, warmupSteps: 10, decayShare: 0 },
      ...train,
    },
  });
}

function trainerOf(config: SudokuConfig, seed = 1) {
  const root = seedStream(seed, 'trainer');
  const data = makeSudokuData(config.data, root.fork('data'));
  const model = createGridModel(sudokuModelConfig(config), root.fork('model'));
  const task = new SudokuTask(model, config.train);
  const feed = new SudokuFeed(data.train, config.data, root.fork('feed'));
  const trainer = new Trainer({ config: config.train, task, feed, rng: root.fork('trainer') });
  return { trainer, task, data, model };
}

for (const mixing of ['mlp', 'attention'])
  test(`a model that mixes positions by ${mixing} learns a handful of puzzles by heart`, async () => {
    const { trainer, task, data } = trainerOf(experiment({ mixing }));
    const before = task.validate(trainer.emaWeights(), data.train, task.depth);
    for (let step = 0; step < 200; step++) await trainer.next(0);
    const after = task.validate(trainer.emaWeights(), data.train, task.depth);
    assert.ok(before.cellsRight < 0.5 && after.cellsRight > 0.95, JSON.stringify({ before, after }));
    trainer.dispose();
  });

test('a trainer that goes on from a snapshot takes the same steps as one that never stopped', async () => {
  const config = experiment({ mixing: 'mlp', recursions: 2 });
  const losses = async (trainer: Trainer<never>, steps: number): Promise<number[]> => {
    const out: number[] = [];
    for (let i = 0; i < steps; i++) out.push((await trainer.next(0)).loss);
    return out;
  };
  const { trainer } = trainerOf(config);
  await losses(trainer as Trainer<never>, 7);
  const snapshot = trainer.snapshot();
  const whole = await losses(trainer as Trainer<never>, 6);
  const { trainer: resumed } = trainerOf(config);
  await resumed.restore(snapshot);
  const rest = await losses(resumed as Trainer<never>, 6);
  rest.forEach((loss, i) =>
    assert.ok(Math.abs(loss - whole[i]) < 1e-6, `step ${i}: ${loss} and ${whole[i]}`),
  );
  trainer.dispose();
  resumed.dispose();
});

test('the loss of hand-made logits is the formula, and exactness counts whole grids', () => {
  const solutions = [Uint8Array.of(1, 2), Uint8Array.of(2, 2)];
  // Softmax over {0, 1, 2}: the first row is right, the second one wrong in its last cell.
  const logits = [
    [
      [0, 2, 0],
      [0, 0, 2],
    ],
    [
      [0, 0, 2],
      [0, 2, 0],
    ],
  ];
  const q = [1, -1];
  const { loss, parts, exact, rightCells } = gridLoss(
    { logits: tf.tensor3d(logits), halt: tf.tensor1d(q) },
    solutions,
    { crossEntropy: 'softmax', haltWeight: 0.5 },
  );
  assert.equal(exact, [true, false]);
  assert.equal(rightCells, [2, 1]);
  const z = Math.log(Math.exp(2) + 2);
  const cells = (3 * (z - 2) + z) / 4;
  const halt = (Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(-1))) / 2;
  const [gotCells, gotHalt] = parts.dataSync();
  assert.ok(Math.abs(gotCells - cells) < 1e-6 && Math.abs(gotHalt - halt) < 1e-6, `${gotCells} ${gotHalt}`);
  assert.ok(Math.abs(loss.dataSync()[0] - (cells + 0.5 * halt)) < 1e-6);
});

test('stablemax is its formula, also far from 0, and its gradient is finite', () => {
  const x = [-1e4, -3, -0.5, 0, 0.5, 7];
  const s = x.map((value) => (value >= 0 ? value + 1 : 1 / (1 - value)));
  const total = s.reduce((sum, value) => sum + value, 0);
  const got = logStablemax(tf.tensor2d(x, [1, 6])).dataSync();
  s.forEach((value, i) => assert.ok(Math.abs(got[i] - Math.log(value / total)) < 1e-5, `${x[i]}: ${got[i]}`));
  const slope = tf.grad((input) => tf.sum(tf.slice(logStablemax(input), [0, 0], [1, 1])))(
    tf.tensor2d(x, [1, 6]),
  );
  assert.ok(slope.dataSync().every(Number.isFinite));
});

test('a saved model answers as before; a report counts what it answers', async () => {
  const { data, model } = trainerOf(experiment({ mixing: 'mlp' }));
  const folder = await mkdtemp(join(tmpdir(), 'trm-grid-'));
  try {
    const store = createFolderStore(folder);
    for (const [name, body] of Object.entries(encodeGridModel(model, 3)))
      await store.put(`model/${name}`, body);
    const loaded = await loadGridModel(store);
    const puzzles = data.test.map(({ puzzle }) => puzzle);
    const before = tf.memory().numTensors;
    const steps = answerGrids(loaded, puzzles, { supervisionSteps: 3 });
    assert.is(tf.memory().numTensors, before);
    assert.equal(steps, answerGrids(model, puzzles, { supervisionSteps: 3 }));
    const report = judgeSudoku(model, data.test, [1, 3]);
    assert.is(report.puzzles, data.test.length);
    assert.is(report.grids, 1);
    const solution = String(data.test[0].solution);
    assert.equal(
      report.steps.map(({ exact }) => exact.count),
      [0, 2].map((step) => steps[step].answers.filter((answer) => String(answer) === solution).length),
    );
    assert.is(
      report.halting.reduce((sum, { puzzles: n }) => sum + n, 0),
      data.test.length,
    );
    const right = report.halting.reduce((sum, { right: n }) => sum + n, 0);
    assert.is(report.halted.exact.count, right);
    await store.put('model/config.json', '{"version":1}');
    assert.match(((await loadGridModel(store).catch((e: Error) => e)) as Error).message, /config\.json/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the paper's Sudoku model has its 5M weights; equal-FLOP twins do the same work", () => {
  const paper: GridModelConfig = gridModelConfigSchema.parse({
    width: 512,
    mixing: 'mlp',
    prefix: 16,
    recursions: 3,
    latentUpdates: 6,
    supervisionSteps: 16,
    vocabularySize: 11,
    cells: 81,
  });
  assert.ok(Math.abs(countGridWeights(paper) / 5e6 - 1) < 0.05, String(countGridWeights(paper)));
  const small = { ...paper, recursions: 1, latentUpdates: 2 };
  for (const model of [small, { ...small, recursions: 2, layers: 3 }]) {
    const { train } = experiment({});
    const twin = Object.entries(plainTwin({ model, train })).flatMap(([key, value]) =>
      key.startsWith('model.') ? [[key.replace('model.', ''), value]] : [],
    );
    const plain = gridModelConfigSchema.parse({ ...model, ...Object.fromEntries(twin) });
    assert.is(gridStepFlops(plain, 8, true), gridStepFlops(model, 8, true));
  }
});

test('later steps of a plain core change nothing', () => {
  const config = gridModelConfigSchema.parse({
    core: 'plain',
    width: 64,
    layers: 2,
    vocabularySize: 5,
    cells: 16,
  });
  const grids = [Uint8Array.from({ length: 16 }, (_, i) => i % 5)];
  const [first, second] = answerGrids(createGridModel(config, rng), grids, { supervisionSteps: 2 });
  assert.equal(first, second);
});

test.run();
