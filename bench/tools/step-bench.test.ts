import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { peakShares, rowText, summarise, type StepBenchResult, type StepRow } from './step-bench';

const row = (preset: StepRow['preset'], ratio: number | null): StepRow => ({
  preset,
  recursions: 1,
  latentUpdates: 1,
  supervisionSteps: 1,
  rows: 32,
  length: 64,
  seconds: 0.1,
  peerSeconds: ratio === null ? null : 0.1 * ratio,
  ratio,
  ratios: ratio === null ? null : [ratio, ratio],
  difference: ratio === null ? null : 0,
  gflops: 200,
  peerGflops: ratio === null ? null : 200 / ratio,
  samplesPerSecond: 320,
});
const result = (rows: StepRow[], peer: number | null = 100): StepBenchResult => ({
  rows,
  memory: [],
  compiled: null,
  bf16: null,
  int16: [],
  peaksBf16: null,
  peaks: { ours: 400, peer },
  engines: { ours: 'a', peer: peer === null ? null : 'b' },
  threads: 2,
});

test('the ratio of times is that of the matrix products times that of the programs', () => {
  // Twice as fast, on a library that is four times as fast: half of what the peer makes of its own.
  const shares = peakShares(row('trm-cpu', 2), { ours: 400, peer: 100 });
  assert.equal(shares, { ours: 0.5, peer: 1, blas: 4, program: 0.5 });
  assert.equal(peakShares(row('trm-cpu', null), { ours: 400, peer: null }), {
    ours: 0.5,
    peer: null,
    blas: null,
    program: null,
  });
});

test('a line and the JSON say what share of its own peak each side reaches', () => {
  const line = rowText(row('trm-cpu', 2), 'train', { ours: 400, peer: 100 });
  assert.match(line, /ours 100\.0 ms, 200 GFLOP\/s, 50 % of its peak +peer 200\.0 ms, 100 % of its peak/);
  assert.match(line, /ratio 2\.00 .*of it 4\.00 the matrix product, 0\.50 the program/);
  assert.match(rowText(row('trm-cpu', null), 'infer', { ours: 400, peer: null }), /50 % of its peak *$/);
  const { share, peerShare, blasRatio, cases } = summarise('x', result([row('trm-cpu', 2)]), 'trm-cpu');
  assert.equal([share, peerShare, blasRatio], [0.5, 1, 4]);
  assert.is((cases as { peerShare: number }[])[0].peerShare, 1);
  const alone = summarise('x', result([row('trm-cpu', null)], null), 'trm-cpu');
  assert.equal([alone.ratio, alone.share, alone.peerShare, alone.blasRatio], [null, 0.5, null, null]);
});

test('the headline holds trm-smoke, and no preset weighs more for having more cases', () => {
  const rows = [row('trm-smoke', 0.5), row('trm-cpu', 2), row('trm-cpu', 2), row('trm-cpu', 2)];
  assert.is(summarise('x', result(rows), 'trm-cpu').ratio, 1);
});

test.run();
