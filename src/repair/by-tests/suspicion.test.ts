import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VersionResult } from './run-tests';
import { rankLines } from './suspicion';

type Test = VersionResult['tests'][number];

const ran = (outcome: Test['outcome'], lines: number[], trace: number[] = []): Test => ({
  ...{ id: 't', outcome, message: '', seconds: 0 },
  ...{ lines, trace },
});

test('a line that only failing tests ran is the most suspicious', () => {
  const ranked = rankLines([ran('failed', [1, 2]), ran('timeout', [1, 2]), ran('passed', [1, 3])]);
  assert.equal(ranked, [
    { line: 2, suspicion: 1, inTrace: false },
    { line: 1, suspicion: 2 / Math.sqrt(2 * 3), inTrace: false },
  ]);
});

test('lines of stack traces come first, and skipped tests say nothing', () => {
  const ranked = rankLines([ran('failed', [1, 2], [1]), ran('passed', [1]), ran('skipped', [2])]);
  assert.equal(
    ranked.map(({ line }) => line),
    [1, 2],
  );
  assert.ok(ranked[0].suspicion < ranked[1].suspicion);
});

test('without a failing test nothing is suspicious', () => {
  assert.equal(rankLines([ran('passed', [1, 2])]), []);
});

test.run();
