import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silentProgress } from '../core/progress';
import { projectRoot } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';
import { brokenRecord, FILE_BEFORE, fileRecord, writeJsonLines } from '../collection/pairs/testing';
import { realReportSchema } from '../evaluation/real-files/real-report';
import { renderRealReport } from '../evaluation/real-files/real-tables';
import { writeRandomModel, writeTrainedModel } from '../repair/testing';
import { withReader } from '../shards/reader';
import { testMachine } from '../stages/testing';
import { evaluateRealFiles, type RealFilesRequest } from './evaluate-real-files';

let folder: string;
let learnt: string;
let random: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-real-files-'));
  [learnt, random] = ['learnt', 'random'].map((name) => join(folder, name));
  const fixed = FILE_BEFORE.replace('self.width', 'self.size');
  await writeTrainedModel(learnt, [{ buggy: FILE_BEFORE, fixed, bugType: 'wrong-name' }], {
    code: FILE_BEFORE,
    steps: 200,
  });
  await writeRandomModel(random, { code: FILE_BEFORE });
  for (const name of ['real-files', 'real-syntax']) await mkdir(join(folder, name));
  await writeJsonLines(join(folder, 'real-files', 'dev.jsonl.gz'), [
    fileRecord({ parses: true }),
    fileRecord({ id: 'b', repo: 'b/b', func: 'Ring.volume' }),
    { id: 'c' },
  ]);
  await writeJsonLines(join(folder, 'real-syntax', 'dev.jsonl.gz'), [brokenRecord(), { repo: 'a/a' }]);
});
test.after(() => rm(folder, { recursive: true, force: true }));

const request = (more: Partial<RealFilesRequest>): RealFilesRequest => ({
  models: [learnt],
  split: 'dev',
  most: null,
  out: join(folder, 'out'),
  set: [],
  dataFolder: folder,
  signal: new AbortController().signal,
  progress: silentProgress,
  machine: testMachine,
  ...more,
});

test('a model that knows a fix by heart makes it, told nothing and told the line', async () => {
  const { report, folder: out } = await evaluateRealFiles(request({}));
  assert.is(out, join(folder, 'out', 'real-files-dev'));
  assert.equal(report.set.rejected, { bad_row: 1 });
  assert.equal([report.set.fixes, report.set.repositories], [2, 2]);
  const [{ groups, syntax }] = report.models;
  const [{ slices, points }] = groups;
  const shares = Object.fromEntries(
    slices[0].measures.map(({ measure, rate }) => [measure, `${rate.count}/${rate.total}`]),
  );
  assert.equal([shares.exact, shares['given-line'], shares['start-top-1']], ['1/2', '1/2', '1/2']);
  assert.is(shares['joint-at-5'], '1/2', 'and it leaves the fixed function alone');
  assert.equal(slices[2].lost, { function_not_found: 1 });
  assert.is(points[0].alarms.total, 1);
  assert.equal(syntax?.rejected, { bad_row: 1 });
  assert.is(syntax?.modes[0].parses.total, 1);

  const saved: unknown = JSON.parse(await readFile(join(out, 'real-files.json'), 'utf8'));
  assert.equal(realReportSchema.parse(saved), report);
  assert.is(await readFile(join(out, 'real-files.md'), 'utf8'), renderRealReport(report));
  const rows = await withReader(async (reader) => {
    const found: unknown[][] = [];
    const columns = [
      'id',
      'view',
      'lost',
      'exact_rank',
      'expected',
      'proposed',
      'before',
      'proposed_source',
      'after',
    ];
    for await (const { rows: count, cells } of reader.readFile(join(out, 'predictions.parquet'), columns))
      for (let i = 0; i < count; i++) found.push(cells.map((column) => column[i]));
    return found;
  });
  assert.is(rows.length, 4, 'one row a fix and view');
  const [, view, , rank, expected, proposed, before, source, after] = rows[0];
  assert.equal([view, rank, expected, proposed], ['file', 1, 'width => size', 'width => size']);
  assert.match(String(before), /self\.width/);
  assert.match(String(after), /^def area.*\n {4}if/);
  assert.match(String(source), /^def area[^]*\n {8}return math\.pi \* self\.size \* scale\n$/);
  assert.is(rows[2][2], 'function_not_found');
});

test('beside the models stands what counting the fixes of training would do', async () => {
  const { report } = await evaluateRealFiles(request({}));
  assert.is(report.baseline, null, 'there are none');
  const train = join(folder, 'real-files', 'train-00.jsonl.gz');
  const other = FILE_BEFORE.replace('self.width', 'self.breadth');
  await writeJsonLines(train, [
    fileRecord({ id: 'train', repo: 'x/x' }),
    fileRecord({ id: 'tier', repo: 'x/x', tier: 'B' }),
    fileRecord({ id: 'more', repo: 'x/x', only_this_change: false }),
    fileRecord({ id: 'other', repo: 'x/x', file_before: other, file_after_diff: '' }),
  ]);
  try {
    const again = await evaluateRealFiles(request({}));
    assert.is(again.report.baseline?.fixes, 1);
    const [{ view, slices }] = again.report.baseline?.groups ?? [];
    const given = slices[0].measures.find(({ measure }) => measure === 'given-line');
    assert.equal([view, given?.rate.count, given?.rate.total], ['file', 1, 2]);
    assert.match(renderRealReport(again.report), /\| baseline \|.*\n.*\n(.*\n)*.*in 1 fixes of training/);
  } finally {
    await rm(train);
  }
});

test('several models are judged on the same fixes: mean and range', async () => {
  const { report } = await evaluateRealFiles(request({ models: [learnt, random], most: 1 }));
  assert.equal(
    report.models.map(({ name }) => name),
    ['learnt', 'random'],
  );
  assert.is(report.set.fixes, 1);
  assert.match(
    renderRealReport(report),
    /told the line: exactly right \| 50\.0 \[0\.0-100\.0\] \| 65\.4 \(n 26\)/,
  );
});

test('bad input is one clear error with exit code 2', async () => {
  const cli = join(projectRoot(), 'dist/src/serving/cli/main.js');
  const run = async (args: string[], data: string | undefined): Promise<string> => {
    const { stderr } = await runProcess(process.execPath, [cli, 'evaluate', random, ...args], {
      env: { TRM_DATA_DIR: data, TRM_WORK_DIR: folder },
      okCodes: [2],
      timeoutMs: 120_000,
    });
    return stderr;
  };
  const on = ['--on', 'real-files'];
  assert.match(await run(on, undefined), /folder of TRM_DATA_DIR, which is not set/);
  assert.match(await run(on, join(folder, 'none')), /expected mined fixes at/);
  assert.match(await run(on, folder), /expected files train\*/);
  assert.match(
    await run([...on, '--split', 'test'], folder),
    /--split: expected reserved or dev, got "test"/,
  );
  assert.match(await run(['--split', 'dev'], folder), /--split is of real-files/);
  assert.match(await run([...on, '--against', random], folder), /knows no --against/);
  assert.match(
    await run([random, ...on, '--on', 'synthetic-9'], folder),
    /synthetic-9: expected one model, got 2/,
  );
});

test.run();
