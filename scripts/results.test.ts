import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { resultsPlot, resultsTable, updateResults, withTable, type Result } from './results';

const RESULT: Result = {
  model: 'a & b',
  trained: '1 hour',
  set: 'x',
  real: true,
  bugs: 7,
  mended: [0.5, 0.25, 0.75],
  baseline: 0.1,
  cleanKept: null,
  intervals: 'cluster',
  note: 'old',
};

test('README and plot say what experiments/results.json says', async () => {
  assert.equal(await updateResults(projectRoot(), false), []);
});

test('the table has a row a result, in columns of one width', () => {
  const lines = resultsTable([RESULT, { ...RESULT, real: false, cleanKept: 0.9, note: '' }]).split('\n');
  assert.is(lines.length, 4);
  assert.is(new Set(lines.map((line) => line.length)).size, 1);
  assert.match(lines[2], /^\| a & b, 1 hour \(a\) +\| \*\*x\*\* /);
  assert.match(lines[2], '50.0 % (25.0 to 75.0)');
  assert.match(lines[3], '90.0 %');
});

test('the plot draws each result at its place', () => {
  const plot = resultsPlot([RESULT]);
  assert.match(plot, '<circle cx="530.0" cy="57" r="5" class="real"/>');
  assert.match(plot, '<line x1="415.0" y1="57" x2="645.0" y2="57" class="interval real"/>');
  assert.match(plot, 'a &amp; b, 1 hour');
});

test('a README without marks is refused', () => {
  assert.throws(() => withTable('# x', [RESULT]), 'expected the marks');
});

test.run();
