import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { lex } from '../python/tokens/lexer';
import { makeSample } from '../python/edits/sample-testing';
import type { Example } from '../records/example';
import type { Manifest } from '../records/manifest';
import type { Sample } from '../records/sample';
import { readExamples } from '../shards/example-shard';
import { readSamples } from '../shards/sample-shard';
import { verifyDataset } from '../shards/verify';
import { DROPS_KEY } from '../storage/drop-log';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { listKeys } from '../storage/objects';
import { localFolders } from '../stages/context';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import { contentKey } from './admission/content-keys';
import type { DroppedSample } from './dropped-sample';
import { loadClosedVocabulary, tokenKey } from './vocabulary/closed-vocabulary';
import { readMetadata } from './metadata';
import { SPLITS, type Split } from './admission/split';
import { CLOSED_VOCABULARY_KEY, TOKENIZER_KEY, process as processStage, processConfigSchema } from './stage';
import { run, world, type Run } from './stage-testing';
import { answers, makeMutant } from './testing';
import { loadTokenizer } from './tokenizer/tokenizer';
import { testMachine } from '../stages/testing';

async function readSplit(
  store: ObjectStore,
  split: Split,
): Promise<{ examples: Example[]; samples: Sample[] }> {
  return {
    examples: await collectAll(readExamples(store, split)),
    samples: await collectAll(readSamples(store, `samples/${split}`)),
  };
}

test('groups that the allow-list does not name are left out: their clean code and their bugs', async () => {
  await withTemporaryFolder(async (folder) => {
    const { collect, generate } = world();
    const stranger = makeSample('def stranger(a, b):\n    return a - b\n', undefined, {
      group: 'requests/requests',
    });
    const samples = {
      collect: [...collect, stranger],
      generate: [...generate, makeMutant(stranger, '-', '+')],
    };
    const { store, manifest } = await run(folder, 'out', { samples, config: { allowedGroups: ['owner/*'] } });
    assert.is(manifest['trm:lineage'].counts.dropped.group_not_allowed, 2);
    for (const split of SPLITS)
      for await (const { group } of readSamples(store, `samples/${split}`)) assert.match(group, /^owner/);
  });
});

test('the whole stage: aligned rows, right targets, no leak, counts that add up, a valid manifest', async () => {
  await withTemporaryFolder(async (folder) => {
    const { store, manifest } = await run(folder, 'out');
    const text = async (key: string): Promise<string> => Buffer.from(await store.get(key)).toString();
    const tokenizer = loadTokenizer(await text(TOKENIZER_KEY));
    const vocabulary = loadClosedVocabulary(await text(CLOSED_VOCABULARY_KEY));
    const seen = new Map<string, Split>();
    const once = new Set<string>();
    let repeated = 0;
    for (const split of SPLITS) {
      const { examples, samples } = await readSplit(store, split);
      assert.is(examples.length, samples.length);
      assert.ok(examples.length > 10, `${split} has ${examples.length} rows`);
      examples.forEach((example, i) => {
        const sample = samples[i];
        assert.is(example.sampleId, sample.id);
        assert.is(sample.split, split);
        const [before, after] = [lex(sample.before), lex(sample.after)];
        for (const answer of answers(example, before, { tokenizer, vocabulary }))
          assert.equal(answer, after.map(tokenKey));
        assert.is(example.stopped.includes(1), sample.family === 'syntax', sample.before);
        for (const key of [sample.group, sample.id, sample.parentId, contentKey(before), contentKey(after)]) {
          if (key === null) continue;
          assert.is(seen.get(key) ?? split, split, `${key} in two splits`);
          seen.set(key, split);
        }
        if (once.has(sample.id)) repeated++;
        if (once.has(sample.id)) assert.is(split, 'train', 'only training repeats rows');
        once.add(sample.id);
      });
      const clean = samples.filter(({ before, after }) => before === after).length;
      assert.ok(
        Math.abs(clean / samples.length - 0.5) < 0.2,
        `${split}: ${clean} clean of ${samples.length}`,
      );
      const groups = samples.map(({ group }) => group);
      assert.is.not(groups.join(), [...groups].sort().join(), 'rows are not shuffled across groups');
    }
    const { counts, toolVersions } = manifest['trm:lineage'];
    assert.match(toolVersions.python, /^3\.\d+/);
    const dropped = Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);
    assert.is(counts.in, once.size + dropped);
    assert.is(counts.out, once.size + repeated);
    const report = await verifyDataset(store);
    assert.equal(report.problems, []);
    const metadata = await readMetadata(store);
    assert.equal(metadata.hashes.tokenizer, tokenizer.hash);
    assert.equal(metadata.hashes.vocabulary, vocabulary.hash);
    assert.is(metadata.splits.train.repeated, repeated);
    // None of these bugs came with a type: the tables hold those that a type explains under its name.
    const { recognised } = z
      .object({ recognised: z.int(), unexplained: z.int() })
      .parse(manifest['trm:metrics']?.fixes);
    const typed = Object.keys(metadata.splits.train.byBugType).filter(
      (type) => !['clean', 'unclassified'].includes(type),
    );
    assert.ok(recognised > 0 && typed.includes('missing-colon'), `${recognised}: ${typed.join()}`);
    assert.is(metadata.splits.train.rows + metadata.splits.val.rows + metadata.splits.test.rows, counts.out);
    assert.equal((await listKeys(store, 'scratch')).length, 0);
  });
});

test('every drop is counted, has a reason and a line to look at', async () => {
  await withTemporaryFolder(async (folder) => {
    const { store, manifest } = await run(folder, 'out');
    const { dropped } = manifest['trm:lineage'].counts;
    const lines = Buffer.from(await store.get(DROPS_KEY))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DroppedSample);
    const counted: Record<string, number> = {};
    for (const { reason } of lines) counted[reason] = (counted[reason] ?? 0) + 1;
    assert.equal(counted, dropped);
    for (const reason of [
      'licence_not_allowed',
      'clean_does_not_compile',
      'duplicate',
      'content_in_other_split',
      'bug_is_clean_code',
      'twin_in_train',
      'bug_does_not_compile',
      'syntax_bug_compiles',
      'unrenderable_token',
      'balance',
    ])
      assert.ok(dropped[reason] > 0, `${reason}: ${JSON.stringify(dropped)}`);
  });
});

/** Hashes of all files but the manifest, which tells the time. */
function hashes({ resources }: Manifest): Record<string, string> {
  return Object.fromEntries(resources.map(({ path, hash }) => [path, hash]));
}

test('the same inputs give the same bytes; another seed gives another order', async () => {
  await withTemporaryFolder(async (folder) => {
    const one = await run(folder, 'one');
    const again = await run(folder, 'again');
    const other = await run(folder, 'other', { seed: 8 });
    assert.equal(hashes(again.manifest), hashes(one.manifest));
    assert.is.not(
      hashes(other.manifest)['train/shard_00000.parquet'],
      hashes(one.manifest)['train/shard_00000.parquet'],
    );
  });
});

test('the order of the samples changes nothing', async () => {
  await withTemporaryFolder(async (folder) => {
    const { collect, generate } = world();
    const turned = { collect: [...collect].reverse(), generate: [...generate].reverse() };
    const [one, other] = [await run(folder, 'one'), await run(folder, 'turned', { samples: turned })];
    const shards = ({ manifest }: Run): Record<string, string> => {
      const { [DROPS_KEY]: lines, ...rest } = hashes(manifest);
      assert.ok(lines);
      return rest;
    };
    assert.equal(shards(other), shards(one));
    assert.equal(other.manifest['trm:lineage'].counts, one.manifest['trm:lineage'].counts);
  });
});

test('the package of a project, its history and a fork land in one split', async () => {
  await withTemporaryFolder(async (folder) => {
    const { collect, generate } = world();
    const url = 'https://github.com/owner/package-3';
    const moved = collect.map((sample, i): Sample => {
      if (sample.group !== 'owner/package-3') return sample;
      const origins = [
        { group: 'package-3/pkg3', origin: { ...sample.origin, url } },
        { group: 'Owner/Package_3', origin: { ...sample.origin, commit: 'f'.repeat(40) } },
        { group: 'me/fork', origin: { ...sample.origin, commit: 'e'.repeat(40), url: url.toUpperCase() } },
      ];
      return { ...sample, ...origins[i % 3] };
    });
    const ids = new Map(moved.map(({ id, group, origin }) => [id, { group, origin }]));
    const planted = generate.map((sample) => ({ ...sample, ...ids.get(sample.parentId ?? '') }));
    for (const seed of [7, 8, 9]) {
      const { store } = await run(folder, `seed-${seed}`, {
        seed,
        samples: { collect: moved, generate: planted },
      });
      const homes = new Set<string>();
      const groups = new Set<string>();
      for (const split of SPLITS)
        for await (const { group } of readSamples(store, `samples/${split}`))
          if (/3|fork/.test(group)) {
            homes.add(split);
            groups.add(group);
          }
      assert.is(homes.size, 1, [...homes].join());
      assert.is(groups.size, 3, [...groups].join());
    }
  });
});

test('an interrupted stage leaves no manifest and no half file, and runs afterwards', async () => {
  await withTemporaryFolder(async (folder) => {
    const stop = new AbortController();
    stop.abort();
    const error = await rejection(() => run(folder, 'out', { signal: stop.signal }));
    assert.is(error.name, 'InterruptedError');
    const store = createFolderStore(join(folder, 'out'));
    assert.not.ok(await store.exists('manifest.json'));
    assert.equal(await listKeys(store, 'scratch'), []);
    await run(folder, 'out');
    assert.equal((await verifyDataset(store)).problems, []);
  });
});

test('bad input: no collect stage, too few groups, nothing left', async () => {
  await withTemporaryFolder(async (folder) => {
    const config = processConfigSchema.parse({});
    const context = {
      signal: new AbortController().signal,
      progress: silentProgress,
      machine: testMachine,
      store: createFolderStore(join(folder, 'none')),
      inputs: {},
      ...localFolders(folder),
      seed: 1,
      rng: seedStream(1),
    };
    assert.match(
      (await rejection(() => processStage(config, context))).message,
      /output of the collect stage/,
    );
    const { collect } = world();
    const few = { collect: collect.slice(0, 3), generate: [] };
    assert.match(
      (await rejection(() => run(folder, 'few', { samples: few }))).message,
      /at least 3 projects/,
    );
    const strict = { config: { licences: ['CC0-1.0'] } };
    assert.match((await rejection(() => run(folder, 'strict', strict))).message, /licence_not_allowed/);
  });
});

test('the config: {} is valid, unknown keys and impossible values are not', () => {
  const config = processConfigSchema.parse({});
  assert.is(config.vocabularySize, 32768);
  assert.equal(config.fractions, { val: 0.1, test: 0.1 });
  for (const bad of [
    { vocabulary: 1 },
    { vocabularySize: 100 },
    { maxTokens: 257 },
    { fractions: { val: 0.9 } },
  ])
    assert.not.ok(processConfigSchema.safeParse(bad).success, JSON.stringify(bad));
});

test.run();
