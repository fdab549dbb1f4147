import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../core/errors';
import { fileRecord, writeJsonLines, writeParquet } from '../../collection/pairs/testing';
import { openDuckDB } from '../../shards/duckdb';
import { collectAll, rejection } from '../../storage/testing';
import { setRevisions } from '../benchmarks/set-revision';
import { openRealFixes, realFilesRevision, type BadFix, type RealFix, type RealSplit } from './real-fixes';

const folders: string[] = [];
async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-real-'));
  folders.push(folder);
  await mkdir(join(folder, 'real-files'));
  return folder;
}
test.after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function read(
  folder: string,
  split: RealSplit,
  most: number | null = null,
): Promise<(RealFix | BadFix)[]> {
  return collectAll((await openRealFixes({ split, dataFolder: folder, most })).read());
}
const idsOf = (rows: readonly (RealFix | BadFix)[]): string[] =>
  rows.flatMap((row) => ('id' in row ? [row.id] : []));

test('the reserved repositories of Parquet train files, read by runs of rows', async () => {
  const folder = await dataFolder();
  const reserved = (i: number): boolean => i % 3 === 0 || i > 180;
  const records = Array.from({ length: 200 }, (_, i) =>
    fileRecord({
      id: `id-${String(i).padStart(3, '0')}`,
      repo: reserved(i) && i > 90 ? 'openai/gym' : 'numpy/numpy',
    }),
  );
  await writeParquet(join(folder, 'real-files', 'train-00.parquet'), records.slice(0, 120));
  await writeParquet(join(folder, 'real-files', 'train-01.parquet'), records.slice(120));
  const expected = records.flatMap(({ id, repo }) => (repo === 'openai/gym' ? [id] : []));
  assert.ok(expected.length > 20);
  const rows = await read(folder, 'reserved');
  assert.equal(idsOf(rows), expected);
  const [first] = rows;
  assert.ok('id' in first && first.file_before.includes('class Ring') && first.kind === 'attr');
  const opened = await openRealFixes({ split: 'reserved', dataFolder: folder, most: 5 });
  assert.is(opened.total, 5);
  assert.equal(idsOf(await read(folder, 'reserved', 5)), expected.slice(0, 5), 'the smallest ids');
  const error = await rejection(() => read(folder, 'dev'));
  assert.match(error.message, /expected files dev\*/);
});

test('all of the dev files; rows that are none are told, whatever the limit', async () => {
  const folder = await dataFolder();
  const records = [
    fileRecord({ id: 'c', repo: 'any/body' }),
    '{"id": "half',
    fileRecord({ id: 'a', tier: 'Z' }),
    fileRecord({ id: 'b', parses: false, kind: null }),
  ];
  await writeJsonLines(join(folder, 'real-files', 'dev.jsonl.gz'), records);
  const rows = await read(folder, 'dev');
  assert.equal(idsOf(rows), ['c', 'b']);
  const bad = rows.filter((row): row is BadFix => 'reason' in row);
  assert.equal(
    bad.map(({ reason }) => reason),
    ['bad_row', 'bad_row'],
  );
  assert.match(bad[1].detail, /dev\.jsonl\.gz row 2: tier: /);
  assert.equal(idsOf(await read(folder, 'dev', 2)), ['b']);
});

test('what is missing is one clear error of bad input', async () => {
  const nowhere = await rejection(() => read('/nowhere', 'dev'));
  assert.ok(nowhere instanceof UserError);
  assert.match(nowhere.message, /expected mined fixes at \/nowhere\/real-files/);
  const folder = await dataFolder();
  const path = join(folder, 'real-files', 'train.parquet');
  const database = await openDuckDB(1);
  await database.connection.run(
    `COPY (SELECT 'a' AS id, 'openai/gym' AS repo) TO '${path}' (FORMAT parquet)`,
  );
  database.close();
  const lacks = await rejection(() => read(folder, 'reserved'));
  assert.ok(lacks instanceof UserError);
  assert.match(lacks.message, /found no path, func, line/);
  await writeFile(join(folder, 'real-files', 'dev.jsonl.gz'), 'no gzip');
  assert.match((await rejection(() => read(folder, 'dev'))).message, /cannot be read to its end/);
});

test('a stage that measures on them is made anew when they change', async () => {
  const folder = await dataFolder();
  const revision = async (place: string | undefined): Promise<string> =>
    (await setRevisions(['real-files'], place))['set:real-files'];
  assert.is(await realFilesRevision('reserved', undefined), 'not at hand');
  assert.is(await revision(join(folder, 'none')), 'not at hand');
  const path = join(folder, 'real-files', 'train.jsonl');
  await writeJsonLines(path, [fileRecord()]);
  const first = await revision(folder);
  assert.match(first, /^sha256:/);
  await writeJsonLines(path, [fileRecord({ id: 'b' })]);
  assert.is.not(await revision(folder), first);
});

test.run();
