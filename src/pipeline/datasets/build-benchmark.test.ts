import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { DataError } from '../../core/errors';
import { silentProgress } from '../../core/progress';
import { fileOrigin } from '../../records/sample';
import { Contexts } from '../../shards/context-shard';
import { openBenchmark, readBenchmark, rowsHashOf } from '../../evaluation/benchmarks/benchmark';
import { BUG_KINDS, kindOfSample } from '../../evaluation/benchmarks/kinds';
import { verifyDataset } from '../../shards/verify';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { testMachine } from '../../stages/testing';
import { buildBenchmark, whyNotAgain } from './build-benchmark';

/** A recipe of two real packages; the kinds that many functions offer. */
async function writeRecipe(folder: string, more: object = {}): Promise<string> {
  const { stdlib } = await testMachine.pythonFacts();
  const path = join(folder, 'recipe.yaml');
  const recipe = {
    name: 'small',
    version: 1,
    description: 'A few bugs in real functions.',
    seed: 1,
    packages: [join(stdlib, 'email'), join(stdlib, 'http')],
    training: [],
    tokens: [12, 127],
    perKind: 3,
    mostOfPackage: 0.7,
    mostOfToken: 0.7,
    drawn: 8,
    kinds: {
      operator: ['wrong-comparison-operator'],
      'wrong-name': ['wrong-name'],
      'missing-not': ['missing-not'],
      'added-not': ['added-not'],
      'deleted-punctuation': ['missing-colon', 'missing-bracket'],
      'added-punctuation': ['extra-punctuation'],
      'wrong-punctuation': ['mismatched-bracket', 'wrong-punctuation'],
      'deleted-keyword': ['missing-keyword', 'missing-return'],
      'wrong-keyword': ['wrong-keyword', 'keyword-typo'],
    },
    ...more,
  };
  await writeFile(path, stringify(recipe));
  return path;
}

const build = (path: string, folder: string, name: string): ReturnType<typeof buildBenchmark> =>
  buildBenchmark(path, join(folder, name), {
    signal: new AbortController().signal,
    progress: silentProgress,
    machine: testMachine,
    work: join(folder, `${name}-work`),
    workers: 1,
  });

test('a recipe gives the kinds it asks for, once a function, and the same rows again', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = await writeRecipe(folder);
    const made = await build(path, folder, 'first');
    const benchmark = await openBenchmark(join(folder, 'first'));
    assert.equal((await verifyDataset(benchmark.store)).problems, []);
    const samples = await readBenchmark(benchmark);
    const buggy = samples.filter(({ edits }) => edits.length > 0);
    for (const kind of BUG_KINDS)
      assert.is(buggy.filter((sample) => kindOfSample(sample) === kind).length, 3, kind);
    const parents = buggy.map(({ parentId }) => parentId);
    const clean = samples.filter(({ edits }) => edits.length === 0).map(({ id }) => id);
    assert.is(new Set([...parents, ...clean]).size, 54, 'no function gives two rows');
    assert.ok(samples.every(({ split }) => split === 'test'));
    for (const kind of BUG_KINDS) {
      const own = buggy.filter((sample) => kindOfSample(sample) === kind);
      assert.ok(
        ['email', 'http'].every((repo) => own.some(({ origin }) => fileOrigin(origin).repo === repo)),
      );
    }
    const contexts = await Contexts.read(benchmark.store);
    const known = samples.map((sample) => contexts.around(sample));
    assert.ok(
      known.some(({ functions, imports }) => functions.length > 0 && Object.keys(imports).length > 0),
    );
    assert.is(rowsHashOf(await build(path, folder, 'second')), rowsHashOf(made));
    assert.is(whyNotAgain(made), undefined);
    const { toolVersions, ...lineage } = made['trm:lineage'];
    const older = {
      ...made,
      'trm:lineage': { ...lineage, toolVersions: { ...toolVersions, generate: '1' } },
    };
    assert.match(whyNotAgain(older) ?? '', /drawn by other code: collect \d+, generate 1, .* generate \d+/);
  });
});

test('functions of the training code are left out', async () => {
  await withTemporaryFolder(async (folder) => {
    const { stdlib } = await testMachine.pythonFacts();
    const path = await writeRecipe(folder, { training: [join(stdlib, 'email'), join(stdlib, 'http')] });
    const error = await rejection(() => build(path, folder, 'none'));
    assert.instance(error, DataError);
    assert.match(error.message, /expected 3 mutants of the kind .*, the packages give 0/);
  });
});

test.run();
