import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, UserError } from '../../core/errors';
import { applyEdit } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { contextAround } from '../../records/file-context';
import { tierOf } from '../../records/mined-fix';
import { openDuckDB } from '../../shards/duckdb';
import { readManifest } from '../../shards/manifest';
import { createFolderStore } from '../../storage/folder-store';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { collectConfigSchema } from '../config';
import { keyedCollectConfig } from '../revision';
import { openPairs } from './pairs';
import { collect } from '../stage';
import { contextFor, run, withEnvironment, type ConfigInput } from '../testing';
import { brokenRecord, FILE_BEFORE, fileRecord, writeJsonLines, writeParquet } from './testing';

const from = (path: string, more: object = {}): ConfigInput => ({
  minTokens: 3,
  sources: [{ kind: 'pairs', path, ...more }],
});

/** Records that differ in their numbers, so that none is a copy. */
const manyRecords = (count: number): ReturnType<typeof fileRecord>[] =>
  Array.from({ length: count }, (_, i) =>
    fileRecord({
      sha: i.toString(16).padStart(40, '0'),
      file_before: FILE_BEFORE.replace('LIMIT = 3', `LIMIT = ${i}`).replace('scale = LIMIT', `scale = ${i}`),
      file_after_diff: [
        '@@ -13 +13 @@',
        '-        return math.pi * self.width * scale',
        '+        return math.pi * self.size * scale',
      ].join('\n'),
    }),
  );

test('a fix becomes a sample with the context of the buggy file, and its mended form a clean one', async () => {
  await withTemporaryFolder(async (folder) => {
    for (const file of ['train-00.parquet', 'mine.jsonl', 'mine.jsonl.gz']) {
      const path = join(folder, file);
      await (file.endsWith('.parquet') ? writeParquet : writeJsonLines)(path, [fileRecord()]);
      const { samples, contexts, drops, manifest } = await run(join(folder, `out-${file}`), from(path));
      assert.equal(drops, []);
      const [fix, mended] = samples;
      assert.is(samples.length, 2);
      assert.is(applyEdit(fix.before, lex(fix.before), fix.edits[0]), fix.after);
      assert.is(fix.after, mended.before);
      assert.match(fix.before, /^def area\(self, scale\):\n/);
      const { repo, commit, path: at, function: name, startLine } = fix.origin;
      assert.equal(
        [repo, commit, at, name, startLine],
        ['numpy/numpy', 'a'.repeat(40), 'ring.py', 'Ring.area', 10],
      );
      assert.equal([fix.group, fix.licence, fix.source], ['numpy/numpy', 'BSD-3-Clause', 'git']);
      assert.equal(fix.flags, ['tier_a', 'fix_attr']);
      assert.equal(fix.evidence, [{ kind: 'commit-message', strength: 'strong' }]);
      assert.equal(mended.flags, ['mended', 'tier_a']);
      assert.equal([mended.edits, mended.evidence], [[], []]);
      assert.equal([tierOf(fix), tierOf(mended)], ['A', 'A']);
      // The file of the bug says nothing of the mended function, and the other way round.
      const [buggy, fixed] = [fix, mended].map((sample) => contexts.get(sample.context?.id ?? ''));
      assert.equal(buggy.functions[1].read, ['width']);
      assert.equal(fixed.functions[1].read, ['size']);
      assert.equal(contextAround(buggy, fix.context?.function ?? 0).functions.length, 1);
      assert.is(manifest['trm:sources']?.[0].uri, `pairs:${file.startsWith('train') ? 'train-00' : 'mine'}`);
      assert.equal(manifest['trm:metrics']?.fixes, 1);
    }
  });
});

test('reversed, a fix goes from the fixed function in its fixed file to the buggy one, and nothing is clean', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    await writeJsonLines(path, [fileRecord(), fileRecord({ tier: 'B' }), brokenRecord()]);
    const [fix] = (await run(join(folder, 'forward'), from(path))).samples;
    const reversed = from(path, { direction: 'reversed', tiers: ['A'] });
    const { samples, contexts, drops } = await run(join(folder, 'out'), reversed);
    assert.is(samples.length, 1);
    const [sample] = samples;
    assert.equal([sample.before, sample.after], [fix.after, fix.before]);
    assert.is(applyEdit(sample.before, lex(sample.before), sample.edits[0]), fix.before);
    assert.equal(sample.flags, ['reversed', 'tier_a', 'fix_attr']);
    assert.is(tierOf(sample), 'A');
    assert.equal(sample.origin, fix.origin);
    const file = contexts.get(sample.context?.id ?? '');
    assert.equal(file.functions[sample.context?.function ?? 0].read, ['size']);
    // What does not parse is no bug that a file can be given.
    assert.equal(
      drops.map(({ reason }) => reason),
      ['other_tier', 'does_not_parse'],
    );
  });
});

test('as many reversed fixes are taken as are asked for', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    await writeJsonLines(path, manyRecords(150));
    const { samples } = await run(join(folder, 'out'), from(path, { direction: 'reversed', maxFixes: 100 }));
    assert.is(samples.length, 100);
  });
});

test('reversed fixes stand beside no others, judge nothing, and change no key of others', () => {
  const pairs = { kind: 'pairs', path: 'real-files' };
  const parse = (...sources: object[]): ReturnType<typeof collectConfigSchema.safeParse> =>
    collectConfigSchema.safeParse({ sources });
  const reversed = { ...pairs, direction: 'reversed' };
  const refused = (message: RegExp, ...sources: object[]): void => {
    assert.match(parse(...sources).error?.issues[0].message ?? 'taken', message);
  };
  refused(/no fixes beside reversed ones/, reversed, pairs);
  refused(/no fixes beside reversed ones/, reversed, { kind: 'git' });
  refused(/expected purpose training/, { ...reversed, purpose: 'evaluation' });
  assert.ok(parse(reversed, { kind: 'folder' }).success);
  const revisions = [{ kind: 'pairs' as const, name: 'a', uri: 'pairs:a', revision: 'r' }];
  const keyed = (source: object): object => {
    const config = collectConfigSchema.parse({ sources: [source] });
    return keyedCollectConfig(config, revisions).sources[0];
  };
  assert.not.ok('direction' in keyed(pairs));
  assert.is((keyed(reversed) as { direction?: string }).direction, 'reversed');
});

test('the line of a record may be that of the decorators or of the def', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    const before = 'import a\n\n\n@a.b\n@a.c(1)\ndef f(x, y):\n    return x + a.d\n';
    const shared = { func: 'f', file_before: before };
    const file_after_diff = '@@ -7 +7 @@\n-    return x + a.d\n+    return y + a.d';
    const records = [3, 4, 6, 8].map((line) => fileRecord({ ...shared, file_after_diff, line }));
    await writeJsonLines(path, records);
    const { samples, drops } = await run(join(folder, 'out'), from(path));
    assert.equal(
      samples.filter(({ edits }) => edits.length > 0).map(({ origin }) => origin.startLine),
      [4, 4],
    );
    assert.equal(
      drops.map(({ reason, detail }) => `${reason} ${detail}`),
      ['function_not_found mine.jsonl row 0: line 3', 'function_not_found mine.jsonl row 3: line 8'],
    );
  });
});

test('code that does not parse becomes a syntax fix of its function', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'train.jsonl.gz');
    await writeJsonLines(path, [brokenRecord(), brokenRecord({ test_path: true, sha: 'c'.repeat(40) })]);
    const { samples, drops } = await run(join(folder, 'out'), from(path));
    assert.equal(
      samples.map(({ family, flags }) => [family, flags]),
      [
        ['syntax', ['fix_colon']],
        [null, ['mended']],
      ],
    );
    assert.ok(samples[0].evidence.some(({ kind }) => kind === 'parser-error'));
    assert.equal(
      drops.map(({ reason }) => reason),
      ['test_path'],
    );
  });
});

test('a bad row is a counted drop with its place, and the others stay', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    const [good, other] = manyRecords(2);
    await writeJsonLines(path, [
      '{"cut short',
      good,
      '',
      fileRecord({ line: 7 }),
      fileRecord({ file_after_diff: '@@ -1 +1 @@\n-no such line\n+x' }),
      fileRecord({ repo: 'pandas-dev/pandas' }),
      fileRecord({ repo: 'me/fork-of', tier: 'C' }),
      fileRecord({ file_before: `x = '${'x'.repeat(1_000_100)}'\n${FILE_BEFORE}`, file_after_diff: '' }),
      'x'.repeat(5_000_000),
      fileRecord({ file_after_diff: '' }),
      fileRecord({ license: 5 }),
      other,
    ]);
    const { samples, drops, manifest } = await run(join(folder, 'out'), from(path));
    assert.is(samples.length, 4);
    assert.equal(manifest['trm:lineage'].counts.dropped, {
      bad_row: 2,
      diff_does_not_fit: 1,
      dev_project: 1,
      function_not_found: 2,
      other_tier: 1,
      too_large: 2,
    });
    assert.match(
      drops.find(({ reason }) => reason === 'dev_project')?.detail ?? '',
      /^mine.jsonl row 5: pandas/,
    );
  });
});

test('the dev split is refused, unless it is to judge', async () => {
  await withTemporaryFolder(async (folder) => {
    const record = fileRecord({ repo: 'psf/requests' });
    await writeJsonLines(join(folder, 'dev.jsonl.gz'), [record]);
    await writeParquet(join(folder, 'train-00.parquet'), [fileRecord()]);
    const dev = join(folder, 'dev.jsonl.gz');
    const error = await rejection(() => run(join(folder, 'refused'), from(dev)));
    assert.instance(error, UserError);
    assert.match(error.message, /belongs to the dev split, which judges models and is never trained on/);
    const ofFolder = async (purpose: string): Promise<(string | null)[]> =>
      (await run(join(folder, purpose), from(folder, { purpose }))).samples.map(({ origin }) => origin.repo);
    assert.equal(await ofFolder('training'), ['numpy/numpy', 'numpy/numpy']);
    assert.equal(await ofFolder('evaluation'), ['psf/requests', 'psf/requests']);
  });
});

test('a published set is a folder of TRM_DATA_DIR, and what is missing is said in one sentence', async () => {
  await withTemporaryFolder(async (folder) => {
    const set = join(folder, 'real-files');
    await mkdir(set);
    await writeParquet(join(set, 'train-00.parquet'), [fileRecord()]);
    const collectSet = (): ReturnType<typeof run> => run(join(folder, 'out'), from('real-files'));
    await withEnvironment({ TRM_DATA_DIR: undefined }, async () => {
      assert.match(
        (await rejection(collectSet)).message,
        /"real-files" is a folder of TRM_DATA_DIR, which is not set/,
      );
    });
    await withEnvironment({ TRM_DATA_DIR: folder }, async () => {
      assert.is((await collectSet()).samples.length, 2);
    });
    const CASES: [path: string, message: RegExp][] = [
      [join(folder, 'nowhere'), /expected mined fixes at/],
      [folder, /expected files train\*.parquet.* found none/],
    ];
    for (const [path, message] of CASES)
      assert.match((await rejection(() => run(join(folder, 'none'), from(path)))).message, message);
  });
});

test('a file of another kind is refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const cut = join(folder, 'cut.jsonl.gz');
    await writeJsonLines(cut, manyRecords(300));
    const bytes = await readFile(cut);
    await writeFile(cut, bytes.subarray(0, bytes.length - 40));
    assert.match(
      (await rejection(() => run(join(folder, 'a'), from(cut)))).message,
      /cannot be read to its end/,
    );
    const none = join(folder, 'none.parquet');
    await writeParquet(none, [fileRecord()]);
    const database = await openDuckDB();
    await database.connection.run(`COPY (SELECT 1 AS a) TO '${none}' (FORMAT parquet)`);
    database.close();
    const error = await rejection(() => run(join(folder, 'b'), from(none)));
    assert.match(
      error.message,
      /found no repo, license, sha, path, func, line, file_before, file_after_diff/,
    );
  });
});

test('tiers, tangled commits and the number of fixes are limits', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    const records = manyRecords(6).map((one, i) => ({
      ...one,
      tier: ['A', 'B', 'C'][i % 3],
      only_this_change: i < 3,
    }));
    await writeJsonLines(path, records);
    const fixes = async (name: string, more: object): Promise<(string | null)[]> =>
      (await run(join(folder, name), from(path, more))).samples
        .filter(({ edits }) => edits.length > 0)
        .map((sample) => tierOf(sample));
    assert.equal(await fixes('default', {}), ['A', 'B', 'A', 'B']);
    assert.equal(await fixes('a', { tiers: ['A'], onlyThisChange: true }), ['A']);
    assert.equal(await fixes('c', { tiers: ['C'] }), ['C', 'C']);
    assert.equal(await fixes('two', { maxFixes: 3 }), ['A', 'B', 'A']);
  });
});

test('a collection that was cut off ends with the same shards', async () => {
  await withTemporaryFolder(async (folder) => {
    await writeParquet(join(folder, 'train-00.parquet'), manyRecords(100));
    await writeJsonLines(join(folder, 'train-01.jsonl.gz'), manyRecords(170).slice(100));
    const config = from(folder);
    const whole = await run(join(folder, 'whole'), config);
    assert.is(whole.samples.length, 340);
    assert.equal(whole.drops, []);
    const store = createFolderStore(join(folder, 'cut'));
    for (let stop = 1; ; stop++) {
      const abort = new AbortController();
      let left = 1;
      const put = store.put.bind(store);
      const watched = {
        ...store,
        put: async (...args: Parameters<typeof put>): Promise<void> => {
          await put(...args);
          if (args[0].startsWith('journal/') && left-- === 0) abort.abort();
        },
      };
      const context = contextFor(watched, { signal: abort.signal });
      const ended = await collect(collectConfigSchema.parse(config), context).catch(
        (error: unknown) => error,
      );
      if (!(ended instanceof InterruptedError)) {
        assert.ok(stop > 1, 'it was cut off');
        break;
      }
    }
    const resources = async (where: typeof store): Promise<unknown> =>
      (await readManifest(where)).resources.map(({ path, hash }) => [path, hash]);
    assert.equal(await resources(store), await resources(whole.store));
  });
});

test('no more than some rows are in memory', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.jsonl');
    await writeJsonLines(path, manyRecords(200));
    const config = collectConfigSchema.parse(from(path));
    const [settings] = config.sources;
    if (settings.kind !== 'pairs') throw new Error('expected a source of pairs');
    const critic = {
      pythonVersion: '3',
      check: (sources: readonly string[]) =>
        Promise.resolve(sources.map(() => ({ valid: true, unknown: false, error: null }))),
    };
    const tools = { config, critic, signal: new AbortController().signal };
    const source = await openPairs(settings, tools as never);
    const sizes: number[] = [];
    for await (const { units } of source.batches({ cursor: null, taken: 0, units: 0 })) sizes.push(units);
    assert.equal(sizes, [64, 64, 64, 8]);
  });
});

test.run();
