import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silentProgress } from '../core/progress';
import { projectRoot } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';
import { makeSample } from '../python/edits/sample-testing';
import { loadSet } from '../evaluation/benchmarks/sets';
import { renderResults } from '../evaluation/benchmarks/results-table';
import { setReportSchema, type SetReport } from '../evaluation/benchmarks/set-report';
import type { Sample } from '../records/sample';
import { writeRandomModel, writeTrainedModel } from '../repair/testing';
import { withReader } from '../shards/reader';
import { writeContextShards } from '../shards/context-shard';
import { writeSampleShards } from '../shards/sample-shard';
import { createFolderStore } from '../storage/folder-store';
import { rejection } from '../storage/testing';
import { bugType } from '../taxonomy/table';
import { evaluateModels, type EvaluateRequest, type SetResult } from './evaluate-models';
import { testMachine } from '../stages/testing';

const CLEAN = `def smallest(values, default):
    best = default
    for value in values:
        if value < best:
            best = value
    return best
`;
/** The right line, the buggy one, the type. */
const LESSONS = [
  ['if value < best:', 'if value > best:', 'wrong-comparison-operator'],
  ['if value < best:', 'if value < best', 'missing-colon'],
  ['return best', 'return value', 'wrong-name'],
] as const;
/** Its fix writes a name that the model has no token for. */
const UNKNOWN = CLEAN.replace('return best', 'return quixotic_xylophone');

let folder: string;
let learnt: string;
let random: string;
let data: string;

function sampleOf(before: string, after: string, type: string | null): Sample {
  return makeSample(before, after, {
    group: 'lessons/lessons',
    bugType: type,
    family: type === null ? null : bugType(type).family,
  });
}

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-evaluate-'));
  [learnt, random, data] = ['learnt', 'random', 'data'].map((name) => join(folder, name));
  const lessons = LESSONS.map(([right, wrong, type]) => ({
    buggy: CLEAN.replace(right, wrong),
    fixed: CLEAN,
    bugType: type,
  }));
  await writeTrainedModel(learnt, lessons, { code: CLEAN, steps: 200 });
  await writeRandomModel(random, { code: CLEAN });
  await writeContextShards(createFolderStore(data), []);
  await writeSampleShards(createFolderStore(data), 'samples', [
    ...lessons.map(({ buggy, fixed, bugType: type }) => sampleOf(buggy, fixed, type)),
    sampleOf(CLEAN, UNKNOWN, 'wrong-name'),
    sampleOf(CLEAN, CLEAN, null),
  ]);
});
test.after(() => rm(folder, { recursive: true, force: true }));

const request = (more: Partial<EvaluateRequest>): EvaluateRequest => ({
  model: learnt,
  against: null,
  sets: [data],
  steps: [1, 2],
  most: null,
  cleanKept: 0.95,
  out: join(folder, 'out'),
  set: [],
  signal: new AbortController().signal,
  progress: silentProgress,
  machine: testMachine,
  ...more,
});

function reportOf(result: SetResult): SetReport {
  if ('skipped' in result) throw new Error(result.skipped);
  return result.report;
}

test('a model that knows its bugs by heart mends them; what it cannot write counts as missed', async () => {
  const [result] = await evaluateModels(request({ against: random }));
  const report = reportOf(result);
  assert.equal([report.set.buggy, report.set.clean, report.set.seenInTraining], [4, 1, null]);
  const [first, second] = report.models;
  assert.equal(
    first.steps.map(({ supervisionSteps }) => supervisionSteps),
    [1, 2],
  );
  const [own] = first.steps;
  assert.equal([own.overall.joint.count, own.overall.joint.total], [3, 4]);
  assert.equal([own.cleanKept.count, own.cleanKept.total], [1, 1]);
  assert.is(own.overall.contentGivenPlace.count, 3);
  assert.equal(
    own.byKind.map(({ key, joint }) => [key, joint.count]),
    [
      ['operator', 1],
      ['wrong-name', 1],
      ['deleted-punctuation', 1],
    ],
  );
  assert.is(first.unrenderable, 1);
  assert.is(second.steps[0].overall.joint.count, 0);
  assert.equal([report.difference?.onlyFirst, report.difference?.onlySecond], [3, 0]);
  assert.is(report.difference?.joint, 0.75);
  assert.equal(report.baselines, [], 'a model folder does not know its data');
  assert.is(first.calibrated, false);
  assert.equal(first.operatingPoints, []);

  if ('skipped' in result) throw new Error();
  const saved: unknown = JSON.parse(await readFile(join(result.folder, 'report.json'), 'utf8'));
  assert.equal(setReportSchema.parse(saved), report);
  const tables = await readFile(join(result.folder, 'report.md'), 'utf8');
  // One group tells nothing of others.
  assert.match(tables, /\| learnt \| 1 \(its own\) \| 75\.0 \(0\.0-100\.0\) † \|/);
  assert.match(renderResults(report), /\| exactly right when told the place \| 75\.0 % \| .* \| 4 in 1 \|/);
  assert.match(tables, /learnt less random: \+75\.0 points/);
  const predictions = join(result.folder, 'predictions.parquet');
  assert.is(await withReader((reader) => reader.countRows(predictions)), 10, 'one row a model and sample');
});

test('synthetic-9 is there in any checkout; a limit takes the same rows for every model', async () => {
  const [result] = await evaluateModels(
    request({ sets: ['synthetic-9'], most: 30, steps: [1], against: random }),
  );
  const { set, models } = reportOf(result);
  assert.is(set.name, 'synthetic-9 v1');
  assert.is(set.buggy + set.clean, 30);
  for (const { steps, dropped } of models) {
    assert.equal(dropped, {});
    assert.is(steps[0].overall.joint.total, set.buggy);
  }
});

test('real fixes: one-token kinds, both forms, names of the module known in both', async () => {
  const pairs = join(folder, 'mined', 'real-pairs');
  await mkdir(pairs, { recursive: true });
  const pair = (kind: string, before: string, after: string, n_tok = 20): string =>
    JSON.stringify({
      repo: 'a/b',
      license: 'MIT',
      sha: 'f'.repeat(40),
      path: 'b.py',
      func: 'f',
      line: 1,
      kind,
      n_tok,
      before,
      after,
    });
  const lines = [
    pair('var', 'def f(a, b):\n    return g(a)\n', 'def f(a, b):\n    return h(b)\n'.replace('h(', 'g(')),
    pair('cmpop', 'def f(a, b):\n    return a < LIMIT\n', 'def f(a, b):\n    return a <= LIMIT\n'),
    pair('str_lit', 'def f():\n    return "a"\n', 'def f():\n    return "b"\n'),
    pair('var', 'def g(a, b):\n    return a\n', 'def g(a, b):\n    return b\n', 127),
  ];
  await writeFile(join(pairs, 'dev-A-00.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
  const set = await loadSet('real-dev', { data: null, dataFolder: join(folder, 'mined') });
  if ('skipped' in set) throw new Error(set.skipped);
  assert.is(set.samples.length, 4);
  assert.equal([...(set.labels ?? [])].map(([, label]) => label).sort(), ['cmpop', 'var']);
  const [buggy] = set.samples;
  assert.equal(set.contexts.around(buggy).names, ['g']);
  assert.is(set.samples.filter(({ edits }) => edits.length === 0).length, 2);
});

test('what is missing is said: no data folder, no such set, splits of a model folder', async () => {
  const cli = join(projectRoot(), 'dist/src/serving/cli/main.js');
  const { stdout } = await runProcess(process.execPath, [cli, 'evaluate', learnt, '--on', 'real-dev'], {
    env: { TRM_DATA_DIR: undefined, TRM_WORK_DIR: folder },
    timeoutMs: 120_000,
  });
  assert.match(stdout, /skipped real-dev: .*TRM_DATA_DIR/);
  const old = await runProcess(process.execPath, [cli, 'evaluate', learnt, '--set', 'real-dev'], {
    okCodes: [2],
    timeoutMs: 120_000,
  });
  assert.match(old.stderr, /sets are named by --on[^]*--on real-dev/);
  assert.match((await rejection(() => loadSet('synthetic', { data: null }))).message, /got "synthetic"/);
  assert.match((await rejection(() => loadSet('test', { data: null }))).message, /part of the data/);
});

test.run();
