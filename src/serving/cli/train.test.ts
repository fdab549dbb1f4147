/** Trainings that are told to end, by real commands. Sudoku needs no data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import { readManifest } from '../../shards/manifest';
import { createFolderStore } from '../../storage/folder-store';
import { withTemporaryFolder } from '../../storage/testing';
import { readMetrics } from '../../training/metrics-log';

const MAIN = join(__dirname, 'main.js');
/** A budget that is never used up here. */
const LONG = ['sudoku-tiny', '--set', 'train.maxSteps=100000', '--set', 'train.checkpointEvery=10'];

const envOf = (root: string): Record<string, string> => ({
  TRM_WORK_DIR: join(root, 'data'),
  TRM_RUNS_DIR: join(root, 'runs'),
});

const trm = (args: readonly string[], root: string): Promise<ProcessResult> =>
  runProcess(process.execPath, [MAIN, ...args], { okCodes: [0, 1, 2], env: envOf(root), timeoutMs: 120_000 });

/** Begins the training and waits until it has made that many steps. */
async function begin(root: string, steps: number): Promise<{ child: ChildProcess; stage: string }> {
  const child = spawn(process.execPath, [MAIN, 'train', ...LONG], {
    env: { ...process.env, ...envOf(root) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stages = join(root, 'data/stages');
  for (;;) {
    assert.is(child.exitCode, null, 'it ended before it was asked to');
    const stage = existsSync(stages) ? readdirSync(stages).map((name) => join(stages, name))[0] : undefined;
    const last = stage && (await readMetrics(join(stage, 'live/metrics.jsonl'))).at(-1);
    if (stage && last && last.step >= steps) return { child, stage };
    await sleep(20);
  }
}

async function endOf(stage: string): Promise<{ ended: unknown; steps: unknown; decay: unknown }> {
  const manifest = await readManifest(createFolderStore(join(stage, 'output')));
  const { ended, steps, earlyDecay } = manifest['trm:metrics'] ?? {};
  return { ended, steps, decay: (earlyDecay as { steps?: number } | null)?.steps };
}

test('--decay-now asks the process that trains, which ends as others do; what is over is refused', async () => {
  await withTemporaryFolder(async (root) => {
    const { child, stage } = await begin(root, 15);
    const gone = once(child, 'exit');
    const asked = await trm(['train', '--decay-now', ...LONG, '--steps', '7'], root);
    assert.is(asked.exitCode, 0, asked.stderr);
    assert.match(asked.stdout, new RegExp(`^asked: process ${child.pid} on `));
    const [code] = (await gone) as [number | null];
    assert.is(code, 0);
    const { ended, decay } = await endOf(stage);
    assert.equal([ended, decay], ['early_decay', 7]);
    const again = await trm(['train', '--decay-now', ...LONG], root);
    assert.is(again.exitCode, 2);
    assert.match(again.stderr, /is over/);
  });
});

test('--decay-now goes on with a training that was killed, from its checkpoint to the end', async () => {
  await withTemporaryFolder(async (root) => {
    const none = await trm(['train', '--decay-now', ...LONG], root);
    assert.is(none.exitCode, 2);
    assert.match(none.stderr, /expected a training that has begun in .*, found no checkpoint/);
    const { child, stage } = await begin(root, 25);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const ended = await trm(['train', '--decay-now', ...LONG], root);
    assert.is(ended.exitCode, 0, ended.stderr);
    assert.match(ended.stdout, /^trained: /m);
    const end = await endOf(stage);
    assert.is(end.ended, 'early_decay');
    assert.is(
      Number(end.decay),
      Math.ceil((Number(end.steps) - Number(end.decay)) / 10),
      'a tenth of what was done',
    );
  });
});

test('flags of training that do not go together are refused', async () => {
  await withTemporaryFolder(async (root) => {
    for (const [args, message] of [
      [[], /expected one of <experiment>, --decay-now <run>/],
      [['tiny', '--unpack', 'x'], /expected one of/],
      [['--pack', 'latest'], /expected --pack <run> and --to <file> together/],
      [['tiny', '--steps', '3'], /--steps is for --decay-now/],
      [['--resume', 'latest'], /expected the experiment beside --resume/],
      [['--decay-now', 'nosuch'], /found none that matches "nosuch"/],
      [['--unpack', join(root, 'none')], /there is no such file/],
      [['--pack', 'sudoku-tiny', '--to', join(root, 'x')], /Sudoku/],
    ] as const) {
      const result = await trm(['train', ...args], root);
      assert.is(result.exitCode, 2, `${args.join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, message);
    }
    assert.equal(readdirSync(root), [], 'nothing was written');
  });
});

test.run();
