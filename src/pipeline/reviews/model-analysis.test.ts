import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StepTrace } from '../../training/step-trace';
import type { AnalysedFunction } from './model-analysis';
import {
  accuracyBySteps,
  haltCalibration,
  haltingSteps,
  latentPaths,
  meanMoves,
  pathSeries,
} from './model-analysis-tables';
import { readRecursionCost } from './recursion-cost';

const trace = (clean: boolean, exact: number[], halt: number[]): StepTrace => ({
  sampleId: 'a',
  clean,
  located: exact.map(Boolean),
  exact: exact.map(Boolean),
  halt,
});
const traces = [
  trace(false, [0, 1], [0.2, 0.9]),
  trace(false, [0, 0], [0.1, 0.3]),
  trace(true, [1, 1], [0.8, 0.9]),
  trace(true, [1, 0], [0.4, 0.6]),
];

test('accuracy after each step counts buggy and clean functions apart', () => {
  const rows = accuracyBySteps({ traces, groups: ['a', 'b', 'a', 'b'] });
  assert.equal(
    rows.map(({ step, exact, located, cleanKept }) => [step, exact.count, located.count, cleanKept.count]),
    [
      [1, 0, 0, 2],
      [2, 1, 1, 1],
    ],
  );
  assert.ok(rows.every(({ exact, cleanKept }) => exact.total === 2 && cleanKept.total === 2));
  assert.is(rows[0].exact.clusters, 2);
  assert.equal(accuracyBySteps({ traces: [], groups: [] }), []);
});

test('a function halts at its first step above one half, or never', () => {
  assert.equal(haltingSteps(traces), [
    { step: '1', right: 1, wrong: 0 },
    { step: '2', right: 1, wrong: 1 },
    { step: 'never', right: 0, wrong: 1 },
  ]);
});

test('what the halting head states is set against what was right, over all steps', () => {
  const bins = haltCalibration(traces);
  assert.is(
    bins.reduce((sum, { count }) => sum + count, 0),
    8,
  );
  const top = bins[bins.length - 1];
  assert.equal([top.count, top.accuracy], [2, 1]);
});

test('latent paths share one plane and start in one place; moves are means over functions', () => {
  const start = Float32Array.of(1, 1, 0);
  const functions = traces.slice(0, 2).map((each, i): AnalysedFunction => {
    const path = [start, Float32Array.of(3, 1, i), Float32Array.of(9, 1, 0)];
    const moved = { y: [0.5 + i, 0.2], z: [0.1, 0.1] };
    return {
      title: `f${i}`,
      tokens: [],
      trace: each,
      latents: { sampleId: 'a', y: path, z: path, moved, location: [] },
    };
  });
  const { paths, explained } = latentPaths(functions, 'y');
  assert.equal(
    paths.map(({ title, clean, right }) => [title, clean, right]),
    [
      ['f0', false, true],
      ['f1', false, false],
    ],
  );
  assert.is(paths[0].x[0], paths[1].x[0]);
  assert.ok(Math.abs(paths[0].x[2] - paths[0].x[0] - 8) < 0.1, 'the plane keeps the largest distances');
  assert.ok(explained[0] > 0.9 && explained[0] + explained[1] > 0.999);
  assert.equal(meanMoves(functions), [
    { step: 1, y: 1, z: 0.1 },
    { step: 2, y: 0.2, z: 0.1 },
  ]);
  assert.equal(
    pathSeries(paths).map(({ name, x, y }) => [name, x.length, y.indexOf(null)]),
    [
      ['buggy, right in the end', 4, 3],
      ['buggy, wrong in the end', 4, 3],
    ],
  );
  assert.equal(latentPaths([], 'z').paths, []);
});

test('the committed cost of recursion has every factor, around one point', async () => {
  const { factors, around } = await readRecursionCost();
  assert.equal(
    factors.map(({ factor }) => factor),
    ['recursions', 'latentUpdates', 'supervisionSteps', 'length', 'rows', 'preset'],
  );
  for (const { factor, points } of factors)
    assert.ok(
      points.some(({ value }) => value === around[factor]),
      `${factor} has the common point`,
    );
});

test.run();
