import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../../python/edits/sample-testing';
import type { Sample } from '../../records/sample';
import { readSamples } from '../../shards/sample-shard';
import { DROPS_KEY } from '../../storage/drop-log';
import { withTemporaryFolder } from '../../storage/testing';
import { SPLITS, type Split } from '../admission/split';
import type { DroppedSample } from '../dropped-sample';
import { makeInput, run, world } from '../stage-testing';
import { makeMutant } from '../testing';

/** A long function of a project, which differs from others of its kind in its marks. */
function longFunction(name: string, group: string, marks = '+'): Sample {
  const text =
    `def ${name}(items, limit, total):\n    for item in items:\n        if item.size > limit:\n            total ${marks}= item.size\n` +
    `        else:\n            limit = max(limit ${marks} 2, item.size, len(items))\n    return (total, limit)\n`;
  const origin = { ...makeSample(text).origin, function: name };
  return makeSample(text, undefined, { group, origin });
}

test('functions that are nearly the same go, with their mutants: in a split, across, and from held-out sets', async () => {
  await withTemporaryFolder(async (folder) => {
    const { collect, generate } = world();
    // The splits of the small world: those of its groups that can hold a long function each.
    const { store: plain } = await run(folder, 'plain');
    const groupIn = new Map<Split, string>();
    for (const split of SPLITS)
      for await (const { group } of readSamples(plain, `samples/${split}`)) groupIn.set(split, group);
    const [train, test] = [groupIn.get('train') ?? '', groupIn.get('test') ?? ''];
    const longer = (sample: Sample): Sample =>
      makeSample(sample.after.replace(')\n', ', 1)\n'), undefined, {
        group: sample.group,
        origin: sample.origin,
      });
    const near = [
      longFunction('learnt', train),
      longer(longFunction('copied', train)),
      longer(longer(longFunction('judged', test))),
      longer(longFunction('held', train, '//')),
    ];
    const held = await makeInput(join(folder, 'held'), 'collect', [longFunction('benchmark', 'bench', '//')]);
    const samples = {
      collect: [...collect, ...near],
      generate: [
        ...generate,
        ...near.map((clean) => makeMutant(clean, '> limit', '< limit', { origin: clean.origin })),
      ],
    };
    const config = { nearDuplicates: { heldOut: [held.location] } };
    const { store, manifest } = await run(folder, 'out', { samples, config });
    const lines = Buffer.from(await store.get(DROPS_KEY))
      .toString()
      .trim()
      .split('\n');
    const found = lines
      .map((line) => JSON.parse(line) as DroppedSample)
      .filter(({ reason }) => reason.startsWith('near_'))
      .map(
        ({ reason, function: name }) => `${reason} ${name === 'learnt' || name === 'copied' ? 'one' : name}`,
      );
    assert.equal(found.sort(), [
      ...Array<string>(2).fill('near_benchmark held'),
      ...Array<string>(2).fill('near_duplicate one'),
      ...Array<string>(2).fill('near_other_split judged'),
    ]);
    const { dropped } = manifest['trm:lineage'].counts;
    assert.equal([dropped.near_benchmark, dropped.near_duplicate, dropped.near_other_split], [2, 2, 2]);
    assert.match(JSON.stringify(manifest['trm:checks']), /"heldOut":\{"collect":"[0-9a-f]{64}"\}/);
  });
});

test.run();
