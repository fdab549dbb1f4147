import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { accuracyTable, overallAccuracy } from './accuracy';
import { brierScore, expectedCalibrationError, reliabilityBins } from './calibration';
import { wilsonInterval } from './intervals';
import { percentile } from './percentile';

function near(actual: number, expected: number, tolerance = 5e-5): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `expected ${expected}, got ${actual}`);
}

/** Newcombe 1998, table I, method 3 (Wilson without continuity correction), 95 %. */
const WILSON: [count: number, total: number, low: number, high: number][] = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
];

for (const [count, total, low, high] of WILSON)
  test(`Wilson interval of ${count}/${total} equals the published one`, () => {
    const interval = wilsonInterval(count, total);
    near(interval.low, low);
    near(interval.high, high);
    near(interval.rate, count / total, 1e-15);
  });

test('Wilson: bounds solve |p - rate| = z sqrt(p(1-p)/n), hold the rate, mirror, and narrow with n', () => {
  const rng = seedStream(1, 'wilson');
  for (let i = 0; i < 500; i++) {
    const total = 1 + rng.int(2000);
    const count = rng.int(total + 1);
    const { low, high, rate } = wilsonInterval(count, total, 1.96);
    assert.ok(0 <= low && low <= rate && rate <= high && high <= 1);
    for (const bound of [low, high])
      if (bound > 0 && bound < 1)
        near(Math.abs(bound - rate), 1.96 * Math.sqrt((bound * (1 - bound)) / total), 1e-9);
    const mirrored = wilsonInterval(total - count, total, 1.96);
    near(mirrored.low, 1 - high, 1e-12);
    const more = wilsonInterval(count * 4, total * 4, 1.96);
    assert.ok(more.high - more.low < high - low);
  }
});

test('Wilson: no trials say nothing, impossible counts are refused', () => {
  assert.equal(wilsonInterval(0, 0), { count: 0, total: 0, rate: NaN, low: 0, high: 1 });
  for (const [count, total] of [
    [2, 1],
    [-1, 3],
    [0.5, 1],
    [NaN, 1],
  ])
    assert.throws(() => wilsonInterval(count, total), /expected integers/);
});

test('accuracy table: groups, leaves out what does not apply, sorts by size', () => {
  const cases = [
    { family: 'logic', group: 'a', place: true, content: true },
    { family: 'syntax', group: 'a', place: true, content: false },
    { family: 'logic', group: 'b', place: false, content: null },
    { family: 'name', group: 'c', place: false, content: null },
  ];
  const measures = {
    place: (item: (typeof cases)[number]) => item.place,
    content: (item: (typeof cases)[number]) => item.content,
  };
  const table = accuracyTable(cases, { key: (item) => item.family, cluster: (item) => item.group }, measures);
  assert.equal(
    table.map(({ key, total, measures: { place, content } }) => [key, total, place.count, content.total]),
    [
      ['logic', 2, 1, 1],
      ['name', 1, 0, 0],
      ['syntax', 1, 1, 1],
    ],
  );
  const all = overallAccuracy(cases, ({ group }) => group, measures);
  assert.equal([all.total, all.measures.place.count, all.measures.content.rate], [4, 2, 0.5]);
  const { place, content } = all.measures;
  assert.equal([place.clusters, content.clusters], [3, 1], 'clusters of the cases that count');
  assert.is(overallAccuracy([], () => '', measures).measures.place.total, 0);
});

test('calibration error: exact on hand-made cases', () => {
  const of = (confidence: number, ...outcomes: number[]): { confidence: number; correct: boolean }[] =>
    outcomes.map((outcome) => ({ confidence, correct: outcome === 1 }));
  near(expectedCalibrationError(of(0.75, 1, 1, 1, 0)), 0, 1e-12);
  near(expectedCalibrationError(of(1, 0, 0)), 1, 1e-12);
  // (2 * |0.5 - 0.9| + 2 * |0 - 0.2|) / 4
  near(expectedCalibrationError([...of(0.9, 1, 0), ...of(0.2, 0, 0)]), 0.3, 1e-12);
  near(brierScore([...of(0.9, 1, 0), ...of(0.2, 0, 0)]), (0.01 + 0.81 + 0.04 + 0.04) / 4, 1e-12);
  assert.ok(Number.isNaN(expectedCalibrationError([])));
  assert.throws(() => reliabilityBins([{ confidence: 1.1, correct: true }]), /in \[0, 1\]/);
});

test('calibration error: near 0 when outcomes follow the confidence, bins hold everything', () => {
  const rng = seedStream(2, 'calibration');
  const stated = Array.from({ length: 20000 }, () => {
    const confidence = rng.next();
    return { confidence, correct: rng.next() < confidence };
  });
  assert.ok(expectedCalibrationError(stated) < 0.02);
  assert.ok(expectedCalibrationError(stated.map((s) => ({ ...s, correct: !s.correct }))) > 0.4);
  const bins = reliabilityBins(stated, 7);
  assert.is(
    bins.reduce((sum, { count }) => sum + count, 0),
    stated.length,
  );
  for (const { low, high, confidence } of bins) assert.ok(low <= confidence && confidence < high);
});

test('percentile: linear between neighbours, as NumPy', () => {
  assert.is(percentile([3, 1, 2, 4], 50), 2.5);
  near(percentile([10, 20, 30, 40, 50], 90), 46, 1e-12);
  assert.is(percentile([7], 99), 7);
  assert.ok(Number.isNaN(percentile([], 50)));
  assert.throws(() => percentile([1], 101), /0\.\.100/);
  const rng = seedStream(3, 'percentile');
  for (let i = 0; i < 200; i++) {
    const values = Array.from({ length: 1 + rng.int(50) }, () => rng.normal());
    const points = [0, 10, 50, 90, 100].map((percent) => percentile(values, percent));
    assert.equal(
      points,
      [...points].sort((a, b) => a - b),
    );
    assert.is(points[0], Math.min(...values));
    assert.is(points[4], Math.max(...values));
  }
});

test.run();
