import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silentProgress } from '../core/progress';
import { Critic } from '../python/critic/critic';
import { lex } from '../python/tokens/lexer';
import { makeSample } from '../python/edits/sample-testing';
import type { Sample } from '../records/sample';
import { Contexts } from '../shards/context-shard';
import { DropLog } from '../storage/drop-log';
import { createFolderStore } from '../storage/folder-store';
import { readJsonLines } from '../storage/json-lines';
import { collectAll, withTemporaryFolder } from '../storage/testing';
import { bugTypeOfFix } from './admission/classify-fix';
import type { DroppedSample } from './dropped-sample';
import { PERMISSIVE_LICENCES } from '../records/permissive-licences';
import { surveySamples, type ValidSample, type Survey } from './survey';
import { makeMutant } from './testing';

async function* stream(samples: readonly Sample[]): AsyncGenerator<Sample> {
  yield* samples;
}

async function survey(
  samples: readonly Sample[],
  check: (survey: Survey, dropped: DropLog<DroppedSample>['counts']) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const critic = await Critic.start();
    const drops = await DropLog.create<DroppedSample>(createFolderStore(join(folder, 'out')));
    const found = await surveySamples({
      samples: stream(samples),
      contexts: new Contexts(),
      names: { run: (fixes) => Promise.resolve(fixes.map(bugTypeOfFix)) },
      splitOf: new Map([
        ['learn', 'train'],
        ['judge', 'test'],
      ]),
      licences: PERMISSIVE_LICENCES,
      allowedGroups: ['learn', 'judge'],
      nearDuplicates: null,
      critic,
      drops,
      folder,
      task: silentProgress.start('survey'),
      signal: new AbortController().signal,
    }).finally(() => critic.close());
    await drops.commit();
    await check(found, drops.counts);
  });
}

const learn = makeSample('def f(a):\n    return alpha(a)\n', undefined, { group: 'learn' });
const judge = makeSample('def g(a):\n    return omega(a)\n', undefined, { group: 'judge' });

test('vocabularies count the clean code of train, once', async () => {
  const mutants = ['def f(b)', 'def f(c)'].map((head) => makeMutant(learn, 'def f(a)', head));
  await survey([learn, judge, ...mutants], async ({ read, splits, tokens }) => {
    assert.is(read, 4);
    assert.is(tokens.functions, 1);
    const words = new Map(tokens.words());
    assert.is(words.get('alpha'), 1);
    assert.is(words.get('a'), 2);
    assert.not.ok(words.has('omega'));
    assert.equal([splits.train.rows, splits.test.rows.clean], [{ clean: 1, buggy: 2 }, 0]);
    assert.equal(splits.test.dropped, { twin_in_train: 1 });
  });
});

test('code of a reserved project never trains, whatever the allow-list and the splits say', async () => {
  const own = { group: 'learn', origin: { ...learn.origin, url: 'https://github.com/me/scikit_image' } };
  const reserved = makeSample('def r(a, b):\n    return a.b[b]\n', undefined, own);
  await survey([learn, reserved, makeMutant(reserved, 'a.b', 'b.a', own)], ({ splits, tokens }, counts) => {
    assert.equal(counts, { project_reserved: 2 });
    assert.is(tokens.functions, 1);
    assert.equal(splits.train.rows, { clean: 1, buggy: 0 });
    return Promise.resolve();
  });
});

test('the token at which the parser stopped is kept', async () => {
  const broken = makeMutant(learn, ':\n', '\n', { family: 'syntax' });
  const logic = makeMutant(learn, 'alpha', 'a');
  await survey([learn, broken, logic], async ({ splits }) => {
    const rows = await collectAll(readJsonLines<ValidSample>(splits.train.path));
    const stops = rows.map(({ sample, stoppedAt }) =>
      stoppedAt === null ? null : lex(sample.before)[stoppedAt].kind,
    );
    // CPython says "expected ':'" at the line's end.
    assert.equal(stops, [null, 'newline', null]);
  });
});

test('a sample that CPython cannot judge is dropped as that, not as broken', async () => {
  // Valid, and too deep for the parser's stack.
  const deep = makeSample(`def f(a):\n    return ${'-'.repeat(20_000)}a\n`, undefined, { group: 'learn' });
  await withTemporaryFolder(async (folder) => {
    const critic = await Critic.start();
    const drops = await DropLog.create<DroppedSample>(createFolderStore(join(folder, 'out')));
    await surveySamples({
      samples: stream([deep]),
      contexts: new Contexts(),
      names: { run: (fixes) => Promise.resolve(fixes.map(bugTypeOfFix)) },
      splitOf: new Map([['learn', 'train']]),
      licences: PERMISSIVE_LICENCES,
      allowedGroups: ['learn'],
      nearDuplicates: null,
      critic,
      drops,
      folder,
      task: silentProgress.start('survey'),
      signal: new AbortController().signal,
    }).finally(() => critic.close());
    assert.equal(drops.counts, { not_judged: 1 });
    await drops.abort();
  });
});

test('mined fixes take their bug type; those that none explains are counted', async () => {
  const fixed = makeSample(
    'def h(a, b):\n    if a is None:\n        return b\n    return a[b]\n',
    undefined,
    {
      group: 'learn',
    },
  );
  const mined = (from: string, to: string): Sample =>
    makeMutant(fixed, from, to, { parentId: null, source: 'git', family: null });
  const planted = makeMutant(learn, 'alpha(a)', 'alpha(alpha)', { bugType: 'wrong-name', family: 'name' });
  const named = mined('is None', 'is not None');
  const unnamed = mined('return a[b]', 'return [b, a, a, b]');
  await survey([learn, planted, named, unnamed], async ({ splits, fixes }) => {
    assert.equal(fixes, { recognised: 1, unexplained: 1 });
    const rows = await collectAll(readJsonLines<ValidSample>(splits.train.path));
    assert.equal(
      rows.map(({ sample }) => [sample.bugType, sample.family]),
      [
        [null, null],
        ['wrong-name', 'name'],
        ['added-not', 'logic'],
        [null, null],
      ],
    );
  });
});

test.run();
