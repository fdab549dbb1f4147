import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkPlotly, roundFigures, shareStyles, withoutPlaces } from './publish-pages';

const INSIDE = '<script>/**\n* plotly.js v4.1.1\n*/\nlong();</script>';

test('plotly.js is linked instead of inside, and the rest of the page stays', () => {
  const page = linkPlotly(`<head>${INSIDE}</head><body><script>draw()</script></body>`, '4.1.1');
  assert.not.match(page, 'long()');
  assert.match(page, '<script src="../../node_modules/plotly.js-dist/plotly.js"></script>');
  assert.match(page, 'plotly.js-dist@4.1.1/plotly.js');
  assert.ok(page.endsWith('</head><body><script>draw()</script></body>'));
});

test('a page without it is refused', () => {
  assert.throws(() => linkPlotly('<head></head>', '4.1.1'), 'expected a page with plotly.js inside');
});

test('places of the machine stand in no published page', () => {
  const page = withoutPlaces('in /home/x/data/stages/a and /home/x/runs/b', {
    '/home/x/data': 'data',
    '/home/x/runs': 'runs',
  });
  assert.is(page, 'in data/stages/a and runs/b');
});

test('figures have six digits, texts and tables keep theirs', () => {
  const page = (x: string): string =>
    `<p>0.123456789</p><script>Plotly.newPlot(p, {"text": "of 0.123456789 s", "x": [${x}], "v": "3.1234567"})</script>`;
  const long = '0.123456789, -12345.678901234, 1.23456789e-07, 12, 0.5';
  assert.is(roundFigures(page(long)), page('0.123457, -12345.7, 1.23457e-7, 12, 0.5'));
  assert.is(
    roundFigures('<script>let x = [0.123456789];</script>'),
    '<script>let x = [0.123456789];</script>',
  );
});

test('style sheets that all pages hold stand once, others stay', () => {
  const { pages, css } = shareStyles([
    '<style>a {}</style><style type="text/css">b {}</style><p>1</p>',
    '<style>a {}</style><style type="text/css">b {}</style><style>c {}</style><p>2</p>',
  ]);
  assert.is(css, 'a {}\nb {}');
  assert.equal(pages, [
    '<link rel="stylesheet" href="style.css"/><p>1</p>',
    '<link rel="stylesheet" href="style.css"/><style>c {}</style><p>2</p>',
  ]);
});

test.run();
