import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROW_ORIGINS, rowOrigin, TIERS, tierFlag, tierOf, tierOfOrigin } from './mined-fix';
import type { Evidence, Sample } from './sample';

const message = (strength: 'strong' | 'weak'): Evidence => ({ kind: 'commit-message', strength });
const edits: Sample['edits'] = [{ tokenSpan: [0, 1], charSpan: [0, 1], replacement: [] }];

test('a tier is the stated one, else what message and flags tell', () => {
  const CASES: [flags: string[], evidence: Evidence[], tier: string][] = [
    [[], [message('strong')], 'A'],
    [['multi_function'], [message('strong')], 'B'],
    [['other_changes'], [message('strong')], 'B'],
    [[], [message('weak')], 'C'],
    [[], [], 'C'],
    [['tier_b'], [message('strong')], 'B'],
    [['tier_a', 'other_changes'], [message('weak')], 'A'],
  ];
  for (const [flags, evidence, tier] of CASES) assert.is(tierOf({ flags, evidence }), tier);
});

test('the origin of a row follows from its sample, and tells the tier', () => {
  const origin = (sample: Partial<Parameters<typeof rowOrigin>[0]>): string =>
    rowOrigin({ flags: [], evidence: [], edits: [], source: 'git', ...sample });
  assert.is(origin({}), 'code');
  assert.is(origin({ edits, source: 'synthetic' }), 'planted');
  for (const tier of TIERS) {
    const flags = [tierFlag(tier)];
    assert.is(origin({ edits, flags }), `fix_${tier.toLowerCase()}`);
    assert.is(origin({ flags: ['mended', ...flags] }), `mended_${tier.toLowerCase()}`);
  }
  assert.equal(
    ROW_ORIGINS.map((_, code) => tierOfOrigin(code)),
    [null, null, 'A', 'B', 'C', 'A', 'B', 'C'],
  );
});

test.run();
