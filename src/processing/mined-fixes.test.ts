import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../python/edits/sample-testing';
import { MENDED, ROW_ORIGINS } from '../records/mined-fix';
import type { Sample } from '../records/sample';
import { readExamples } from '../shards/example-shard';
import { readSamples } from '../shards/sample-shard';
import { collectAll, withTemporaryFolder } from '../storage/testing';
import { readMetadata } from './metadata';
import { run, world } from './stage-testing';

/** A mined fix and its mended form. */
function fixOf(tier: string, before: string, after: string): Sample[] {
  const fields: Partial<Sample> = { group: 'owner/package-0', source: 'git', bugType: null, family: null };
  const evidence: Sample['evidence'] = [{ kind: 'commit-message', strength: 'strong' }];
  return [
    makeSample(before, after, { ...fields, flags: [tier], evidence }),
    makeSample(after, after, { ...fields, flags: [MENDED, tier] }),
  ];
}

test('mined fixes and their mended forms become rows that say so; what cannot be written is counted apart', async () => {
  await withTemporaryFolder(async (folder) => {
    const { collect, generate } = world();
    const kept = [
      ...fixOf('tier_a', 'def one(a, b):\n    return a\n', 'def one(a, b):\n    return b\n'),
      ...fixOf(
        'tier_b',
        'def two(a, b):\n    b += a\n    return a\n',
        'def two(a, b):\n    b += a\n    return b\n',
      ),
    ];
    const words = Array.from({ length: 5 }, () => 'a').join(' + ');
    const long = fixOf(
      'tier_a',
      'def six(a, b, c):\n    return c\n',
      `def six(a, b, c):\n    return c - ${words}\n`,
    );
    const odd = fixOf(
      'tier_a',
      'def odd(a, d):\n    return d\n',
      'def odd(a, d):\n    return name_never_seen_qzx\n',
    );
    const samples = { collect: [...collect, ...kept, ...long, ...odd], generate };
    const config = { assignments: { 'owner/package-0': 'train' } };
    const { store, manifest } = await run(folder, 'out', { samples, config });
    const { rows, dropped, droppedMended } = manifest['trm:metrics']?.fixes as Record<string, object>;
    assert.equal(Object.keys(dropped), ['replacement_too_long', 'unrenderable_token']);
    assert.equal(droppedMended, {});
    const { byOrigin } = (await readMetadata(store)).splits.train;
    assert.is(byOrigin.fix_a, 1);
    assert.is(byOrigin.fix_b, 1);
    // Clean rows are repeated to balance bugs.
    assert.ok(
      byOrigin.mended_a >= 3 && byOrigin.mended_b >= 1 && byOrigin.planted > 10,
      JSON.stringify(byOrigin),
    );
    const { code: _, planted: __, ...mined } = byOrigin;
    assert.equal(rows, mined);
    const examples = await collectAll(readExamples(store, 'train'));
    const stored = await collectAll(readSamples(store, 'samples/train'));
    const origins = examples.map(({ origin }, i) => [stored[i].id, ROW_ORIGINS[origin]]);
    for (const [id, origin] of origins)
      if (id === kept[0].id) assert.is(origin, 'fix_a');
      else if (id === kept[3].id) assert.is(origin, 'mended_b');
  });
});

test.run();
