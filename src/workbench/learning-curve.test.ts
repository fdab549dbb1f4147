import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Figure } from './figures';
import { learningCurve, smoothed } from './learning-curve';
import { live } from './plot';

type Trace = {
  name: string;
  x: number[];
  y: number[];
  yaxis: string;
  opacity?: number;
  line: { color: string; dash?: string };
};
const traces = (figure: Figure): Trace[] => figure.data as unknown as Trace[];

const line = (step: number, loss = 10 / step) => ({
  step,
  kind: 'train',
  loss,
  loss_span: 1,
  joint: 0.5,
  cleanKept: 0.9,
  learningRate: 1e-3,
  samplesPerSecond: 50,
  gflops: 90,
  rssMiB: 2048,
  budgetUsed: step / 100,
  etaSeconds: 600,
});

test('shares of Sudoku are drawn, whole grids and cells', () => {
  const shares = { exact: 0.4, cellsRight: 0.9 };
  const points = [
    { step: 1, kind: 'train', loss: 1, ...shares },
    { step: 1, kind: 'evaluation', val_exact: 0.3, val_cellsRight: 0.8 },
  ];
  const drawn = new Set(traces(learningCurve(points)).map(({ name }) => name));
  for (const name of ['exact', 'cellsRight', 'cellsRight, validation']) assert.ok(drawn.has(name), name);
});

test('panels for loss, parts, right answers by split, rate, speed and memory; raw below smoothed', () => {
  const points = [
    ...Array.from({ length: 50 }, (_, i) => line(i + 1)),
    { step: 25, kind: 'evaluation', val_joint: 0.4, val_cleanKept: 0.8, rssMiB: 9 },
  ].sort((a, b) => a.step - b.step);
  const figure = learningCurve(points);
  const titles = Object.entries(figure.layout as Record<string, { title?: { text: string } }>)
    .filter(([key]) => key.startsWith('yaxis'))
    .map(([, axis]) => axis.title?.text);
  assert.equal(titles, ['loss', 'parts of the loss', 'right answers', 'rate', 'samples/s', 'GFLOP/s', 'GiB']);
  const [raw, smooth] = traces(figure).filter(({ name }) => name === 'loss');
  assert.equal(
    raw.y,
    points.filter(({ kind }) => kind === 'train').map((point) => (point as { loss: number }).loss),
  );
  assert.ok(raw.opacity! < 0.5 && smooth.opacity === undefined);
  assert.is.not(smooth.y[10], raw.y[10]);
  const validation = traces(figure).find(({ name }) => name === 'joint, validation')!;
  const training = traces(figure).find(({ name }) => name === 'joint')!;
  assert.equal([validation.x, validation.y, validation.line.dash], [[25], [0.4], 'dash']);
  assert.is(validation.line.color, training.line.color);
  assert.is(validation.yaxis, 'y3');
  const memory = traces(figure).filter(({ yaxis }) => yaxis === 'y7');
  assert.equal([...new Set(memory.flatMap(({ y }) => y))], [2], 'GiB, of training lines only');
  assert.match(
    String((figure.layout?.title as { text: string }).text),
    /step 50, 50 % of the budget, about 10 min to go/,
  );
});

test('few points are drawn as they are; none make a figure that waits', () => {
  const figure = learningCurve([line(1), line(2)]);
  assert.equal(traces(figure).find(({ name }) => name === 'loss')!.y, [10, 5]);
  assert.is(traces(figure).filter(({ name }) => name === 'loss').length, 1);
  assert.equal(learningCurve([]).data, []);
});

test('smoothing keeps constants and lines and calms noise without falling behind', () => {
  assert.ok(smoothed(Array.from({ length: 100 }, () => 3)).every((value) => Math.abs(value - 3) < 1e-12));
  const ramp = smoothed(Array.from({ length: 400 }, (_, i) => i));
  assert.ok(
    ramp.slice(20, -20).every((value, i) => Math.abs(value - i - 20) < 1e-9),
    'no lag',
  );
  const jump = smoothed(Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : 1)));
  assert.ok(jump[215] === 1 && jump[185] < 0.1 && jump[199] > 0.3 && jump[199] < 0.6);
  const noise = smoothed(Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1)));
  assert.ok(
    noise.every((value) => Math.abs(value) <= 0.1),
    String(Math.max(...noise)),
  );
});

test('points that a resumed training writes anew take the place of the old ones', () => {
  const curve = live();
  for (let step = 1; step <= 20; step++) curve.add(line(step, 1));
  curve.add({ step: 20, kind: 'evaluation', val_joint: 0.1 });
  // The log was cut back to step 12 and comes again from its start, as `followMetrics` gives it.
  for (let step = 1; step <= 25; step++) curve.add(line(step, step <= 12 ? 1 : 2));
  assert.equal(
    curve.points.map(({ step, loss }) => [step, loss]),
    Array.from({ length: 25 }, (_, i) => [i + 1, i < 12 ? 1 : 2]),
  );
  curve.add({ step: 25, kind: 'evaluation', val_joint: 0.2 });
  assert.is(curve.points.length, 26);
});

test.run();
