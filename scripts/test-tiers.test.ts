import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { CHECK_SECONDS, chooseTests, parseTier, readTimes, testSources, tierOf } from './test-tiers';

const TIMES = {
  'src/a.test.ts': 0.3,
  'src/b.test.ts': CHECK_SECONDS + 10,
  'src/c.test.ts': 0.5,
  'src/long.test.ts': null,
};
const SOURCES = [...Object.keys(TIMES), 'src/d.servers.test.ts', 'src/new.test.ts'];

test('tests are found among the sources: what only dist holds does not run', async () => {
  const root = await mkdtemp(join(tmpdir(), 'trm-tiers-'));
  try {
    for (const path of [
      'src/x/a.test.ts',
      'src/a.ts',
      'bench/b.test.ts',
      'scripts/c.ts',
      'dist/src/gone.test.js',
    ]) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), '');
    }
    assert.equal(testSources(root), ['bench/b.test.ts', 'src/x/a.test.ts']);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('check holds what is quick or not measured, test all but servers, the slowest first', () => {
  const choose = (tier?: string): string[] =>
    chooseTests(SOURCES, TIMES, tier === undefined ? {} : { tier: parseTier(tier) });
  assert.equal(choose('check'), ['src/c.test.ts', 'src/a.test.ts', 'src/new.test.ts']);
  assert.equal(choose('test'), [
    'src/long.test.ts',
    'src/b.test.ts',
    'src/c.test.ts',
    'src/a.test.ts',
    'src/new.test.ts',
  ]);
  assert.equal(choose('test-servers'), ['src/d.servers.test.ts']);
  assert.is(choose().length, SOURCES.length, 'no tier named: all of them');
  assert.throws(() => parseTier('fast'), /expected check, test, test-servers, got "fast"/);
});

test('a part of a path chooses within the tier, also with the ending of the compiled file', () => {
  assert.equal(chooseTests(SOURCES, TIMES, { tier: 'check', parts: ['src/b', 'src/c'] }), ['src/c.test.ts']);
  assert.equal(chooseTests(SOURCES, TIMES, { parts: ['d.servers.test.js'] }), ['src/d.servers.test.ts']);
});

test('the recorded times are of tests that exist, and there is something for each tier', () => {
  const sources = testSources(projectRoot());
  const times = readTimes(projectRoot());
  const gone = Object.keys(times).filter((file) => !sources.includes(file));
  assert.equal(gone, [], 'measure again what was renamed: make test-times ARGS=<part of its path>');
  for (const tier of ['check', 'test', 'test-servers'])
    assert.ok(
      sources.some((file) => tierOf(file, times) === tier),
      `no test in tier ${tier}`,
    );
});

test.run();
