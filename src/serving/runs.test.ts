/** One broken record never hides the others: `trm runs` and `trm sweep list` over folders as crashes leave them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { listRuns } from '../core/run-folder';
import { loadExperiment } from '../pipeline/runs/experiment';
import { openRun } from '../pipeline/runs/open-run';
import { newRunRecord } from '../pipeline/runs/run-record';
import { withTemporaryFolder } from '../storage/testing';
import { readMetrics } from '../training/metrics-log';
import { describeRun, formatRun, summarizeRuns } from './runs';
import { summarizeSweeps } from './sweeps';

const id = (n: number): string => `2026010${n}-000000-tiny-00a${n}`;

async function plant(runs: string, n: number, record: string | undefined): Promise<string> {
  const folder = join(runs, id(n));
  await mkdir(folder, { recursive: true });
  if (record !== undefined) await writeFile(join(folder, 'run.json'), record);
  return folder;
}

const whole = (n: number): string => JSON.stringify(newRunRecord(id(n), 'tiny', '0'.repeat(64)));

test('runs whose record is empty, cut short, of another version or a folder are listed beside the others', async () => {
  await withTemporaryFolder(async (runs) => {
    await plant(runs, 1, whole(1));
    await plant(runs, 2, '');
    await plant(runs, 3, whole(3).slice(0, 60));
    await plant(runs, 4, '{"id": 4}');
    await mkdir(join(await plant(runs, 5, undefined), 'run.json'));
    await plant(runs, 6, undefined);
    // What is no run: a file, a dangling link, a folder of another name.
    await writeFile(join(runs, id(7)), 'notes');
    await symlink(join(runs, 'gone'), join(runs, id(8)));
    await mkdir(join(runs, 'notes'));
    const summaries = await summarizeRuns(undefined, runs);
    assert.equal(
      summaries.map((run) => [run.id, run.problem === null]),
      [6, 5, 4, 3, 2, 1].map((n) => [id(n), n === 1 || n === 6]),
    );
    for (const n of [2, 3, 4, 5])
      assert.ok(summaries.find((run) => run.id === id(n))?.problem?.includes(join(runs, id(n), 'run.json')));
    assert.is(summaries.at(-1)?.stages, '0/6');
    assert.is((await listRuns(runs)).length, 6);
  });
});

test('a damaged run is shown with what else it left, and the newest readable finished one is opened', async () => {
  await withTemporaryFolder(async (runs) => {
    const { config, hash } = await loadExperiment({ experiment: 'tiny' });
    const good = await plant(runs, 1, JSON.stringify(newRunRecord(id(1), 'tiny', hash)));
    await writeFile(join(good, 'config.yaml'), stringify(config));
    await writeFile(join(good, 'DONE'), 'finished');
    const broken = await plant(runs, 2, '');
    await mkdir(join(broken, 'DONE'));
    await writeFile(
      join(broken, 'metrics.jsonl'),
      '{"step":1,"time":0,"kind":"train","loss":2}\nno json\n{"step":"x"}\n{"step":2,"time":1,"kind":"train","loss":1}\n{"ste',
    );
    const run = await describeRun('latest', runs);
    assert.is(run.id, id(2));
    assert.is(run.metrics.loss, 1);
    assert.match(formatRun(run), /damaged .*run\.json is not valid JSON/);
    assert.match(run.mark ?? '', /cannot be read/);
    assert.equal(
      (await readMetrics(join(broken, 'metrics.jsonl'))).map(({ step }) => step),
      [1, 2],
    );
    assert.is((await openRun({ runs })).id, id(1));
  });
});

test('a sweep whose journal is cut short is listed beside the others', async () => {
  await withTemporaryFolder(async (runs) => {
    for (const [name, text] of [
      ['a', ''],
      ['b', '{"version":1'],
    ]) {
      await mkdir(join(runs, `sweep-${name}`));
      await writeFile(join(runs, `sweep-${name}`, 'sweep.json'), text);
    }
    const sweeps = await summarizeSweeps(runs);
    assert.equal(
      sweeps.map(({ id, state }) => [id, state]),
      [
        ['sweep-b', 'damaged'],
        ['sweep-a', 'damaged'],
      ],
    );
    for (const { folder, problem } of sweeps) assert.ok(problem?.includes(join(folder, 'sweep.json')));
  });
});

test.run();
