import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, TrmError } from '../../core/errors';
import { readJson } from '../../core/files';
import { seedStream } from '../../core/rng';
import { sweepJournalSchema, type SweepJournal } from '../../records/sweep';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { createOwnEngine } from './engine';
import { runSweep, type JobOutcome } from './sweep';
import { trialRows } from './summary';
import { DESCENT, descend, emptyJournal, searchIn } from './testing';

/** A journal without its times. */
const timeless = ({ results, rungs, trials }: SweepJournal): unknown => ({ results, rungs, trials });

test('a search for the best descent finds a fast one and leaves divergence behind', async () => {
  await withTemporaryFolder(async (folder) => {
    const journal = await searchIn(folder, 'own');
    assert.equal(await readJson(join(folder, 'sweep.json'), sweepJournalSchema), journal);
    assert.is.not(journal.finishedAt, null);
    const rungs = [0, 1, 2].map((rung) => journal.results.filter((result) => result.rung === rung).length);
    assert.equal(rungs, [12, 4, 1]);
    const diverged = journal.results.filter(({ state }) => state === 'diverged');
    assert.ok(
      diverged.length >= 1 &&
        diverged.every(({ rung, value, reason }) => rung === 0 && value === null && reason),
    );
    const [best] = trialRows(journal, 'minimize');
    assert.is(best.rung, 2);
    assert.ok((best.value ?? 1) < 0.01, `best ${best.value}`);
  });
});

/** Starts the search as a process, kills it after a while; true when it came to its end before. */
async function startAndKill(folder: string, afterMs: number, signal: NodeJS.Signals): Promise<number | null> {
  const child = spawn(process.execPath, [join(__dirname, 'testing.js'), folder, 'own', '8'], {
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const before = await jobs(folder);
  // Its start takes longer than its jobs: time runs from its first job on.
  while (child.exitCode === null && (await jobs(folder)).length === before.length) await sleep(2);
  await sleep(afterMs);
  child.kill(signal);
  return ended;
}

async function jobs(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'jobs.log'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

test('killed at any moment, again and again, a sweep comes to the same end', async () => {
  await withTemporaryFolder(async (folder) => {
    const straight = await searchIn(join(folder, 'straight'), 'own');
    const cut = join(folder, 'cut');
    const rng = seedStream(11, 'kills');
    let kills = 0;
    while ((await startAndKill(cut, 1 + rng.int(40), 'SIGKILL')) !== 0) kills++;
    assert.ok(kills >= 3, `${kills} kills`);
    const journal = await readJson(join(cut, 'sweep.json'), sweepJournalSchema);
    assert.equal(timeless(journal), timeless(straight));
    // Each kill costs at most the job under way.
    const done = await jobs(cut);
    assert.ok(done.length <= straight.results.length + kills, `${done.length} jobs, ${kills} kills`);
    assert.ok(done.length > straight.results.length, 'a kill came in the middle of a job');
  });
});

test('Ctrl-C ends it between jobs with 130, and the finished job stands in the journal', async () => {
  await withTemporaryFolder(async (folder) => {
    assert.is(await startAndKill(folder, 20, 'SIGINT'), 130);
    const { results, finishedAt } = await readJson(join(folder, 'sweep.json'), sweepJournalSchema);
    assert.is(results.length, (await jobs(folder)).length);
    assert.is(finishedAt, null);
    const journal = await searchIn(folder, 'own');
    assert.is(journal.results.length, 17);
  });
});

test('an interrupted job is not a result; a failed one is, unless nothing else ever was', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'sweep.json');
    const failed: JobOutcome = {
      state: 'failed',
      value: null,
      interval: null,
      steps: 0,
      seconds: 0,
      stage: null,
      reason: 'no disk',
    };
    const options = { journal: emptyJournal(DESCENT), path, engine: createOwnEngine(DESCENT) };
    const thrown = await rejection(() => runSweep({ ...options, run: () => Promise.resolve(failed) }));
    assert.instance(thrown, TrmError);
    assert.match(thrown.message, /first 3 trainings failed.*no disk/);
    const broken = await readJson(path, sweepJournalSchema);
    assert.is(broken.results.length, 3);
    // Mended: the three are tried again, and a single failure later stays one.
    const journal = await runSweep({
      ...options,
      journal: broken,
      run: (job) => Promise.resolve(job.trial === 1 ? failed : descend(job)),
    });
    assert.equal(
      journal.results.filter(({ state }) => state === 'failed').map(({ trial }) => trial),
      [1],
    );
    const stopped = await rejection(() =>
      runSweep({ ...options, run: () => Promise.reject(new InterruptedError('stopped')) }),
    );
    assert.instance(stopped, InterruptedError);
    assert.equal(await readJson(path, sweepJournalSchema), journal);
  });
});

test.run();
