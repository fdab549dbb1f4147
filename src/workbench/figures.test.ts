import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracyTable } from '../metrics/accuracy';
import {
  accuracyFigure,
  barFigure,
  curveFigure,
  heatmapFigure,
  histogramFigure,
  lineFigure,
  type Figure,
} from './figures';

type Trace = Record<string, unknown> & { x: unknown[]; y: unknown[] };
const traces = (figure: Figure): Trace[] => figure.data as unknown as Trace[];

test('lines carry their intervals as distances from the value', () => {
  const series = [{ name: 'joint', x: [1, 2], y: [0.5, 0.6], low: [0.4, 0.5], high: [0.8, 0.6] }];
  const figure = lineFigure(series, { title: 'Accuracy', x: 'steps' });
  const { array, arrayminus } = traces(figure)[0].error_y as { array: number[]; arrayminus: number[] };
  const rounded = (values: number[]): number[] => values.map((value) => +value.toFixed(9));
  assert.equal(
    [rounded(array), rounded(arrayminus)],
    [
      [0.3, 0],
      [0.1, 0.1],
    ],
  );
  assert.equal(figure.layout?.title, { text: 'Accuracy' });
  assert.is(figure.layout?.showlegend, false);
});

test('accuracy tables become one group of bars a measure, groups without trials left out', () => {
  const cases = [
    { family: 'logic', place: true, content: true as boolean | null },
    { family: 'logic', place: false, content: true },
    { family: 'name', place: true, content: null },
  ];
  const rows = accuracyTable(
    cases,
    { key: (one) => one.family, cluster: (one) => one.family },
    {
      place: (one) => one.place,
      content: (one) => one.content,
    },
  );
  const [place, content] = traces(accuracyFigure(rows, { title: 'By family' }));
  assert.equal([place.name, place.x, place.y], ['place', [0.5, 1], ['logic (2)', 'name (1)']]);
  assert.equal([content.name, content.x, content.y], ['content', [1], ['logic (2)']]);
  assert.ok(place.error_x, 'with intervals');
});

test('bars without intervals have no error bars, and their height follows their number', () => {
  const bars = (n: number): Figure =>
    barFigure(
      Array.from({ length: n }, (_, i) => ({ label: `type ${i}`, value: i })),
      { title: 'Counts' },
    );
  assert.is(traces(bars(3))[0].error_x, undefined);
  assert.ok(Number(bars(30).layout?.height) > Number(bars(3).layout?.height));
});

test('a curve draws each metric in its panel and skips what was not measured', () => {
  const points = [
    { step: 1, loss: 2 },
    { step: 2, loss: NaN, joint: 0.25 },
    { step: 3, loss: 1, note: 'text' },
  ];
  const panels = [
    { title: 'loss', keys: ['loss'], logY: true },
    { title: 'share', keys: ['joint', 'absent', 'note'] },
  ];
  const figure = curveFigure(points, { title: 'Training', panels });
  assert.equal(
    traces(figure).map(({ name, x, y, yaxis }) => ({ name, x, y, yaxis })),
    [
      { name: 'loss', x: [1, 3], y: [2, 1], yaxis: 'y' },
      { name: 'joint', x: [2], y: [0.25], yaxis: 'y2' },
    ],
  );
  const { yaxis, yaxis2, xaxis } = figure.layout as unknown as Record<
    string,
    { domain: number[]; type?: string; anchor?: string }
  >;
  assert.ok(yaxis.domain[0] > yaxis2.domain[1], 'panels do not overlap');
  assert.is(yaxis.type, 'log');
  assert.is(xaxis.anchor, 'y2');
});

test('a long curve is thinned and keeps its ends', () => {
  const points = Array.from({ length: 100_001 }, (_, step) => ({ step, loss: 1 }));
  const [{ x }] = traces(curveFigure(points, { title: 't', panels: [{ title: 'loss', keys: ['loss'] }] }));
  assert.ok(x.length <= 2001, `${x.length} points`);
  assert.equal([x[0], x.at(-1)], [0, 100_000]);
});

test('histograms and heatmaps keep their data', () => {
  const [one] = traces(
    histogramFigure([{ name: 'tokens', values: [1, 1, 2] }], { title: 'Lengths', bins: 5 }),
  );
  assert.equal([one.x, one.nbinsx], [[1, 1, 2], 5]);
  const matrix = { rows: ['a', 'b'], columns: ['x'], values: [[1], [2]] };
  const heat = heatmapFigure(matrix, { title: 'Confusion' });
  assert.equal((heat.data[0] as unknown as { z: number[][] }).z, [[1], [2]]);
  assert.is((heat.layout?.yaxis as { autorange: string }).autorange, 'reversed');
});

test.run();
