/** Ends real commands by every signal a terminal or a supervisor sends, and looks for what is left of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { killTree, newProcessTree, processesOf } from '../../core/processes/process-tree';
import { listRuns, runState } from '../../core/run-folder';
import { lockHolder } from '../../pipeline/stages/lock';
import { withTemporaryFolder } from '../../storage/testing';

/** A command that runs, marked so that everything it started can be found, whatever became of its parents. */
interface Started {
  child: ChildProcess;
  mark: string;
  /** What it has printed. */
  said: () => string;
  ended: Promise<number | null>;
}

function start(args: readonly string[], root: string): Started {
  const { mark, env } = newProcessTree();
  const child = spawn(process.execPath, [join(__dirname, 'main.js'), ...args], {
    env: { ...process.env, ...env, TRM_WORK_DIR: join(root, 'data'), TRM_RUNS_DIR: join(root, 'runs') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, mark, said: () => text, ended };
}

async function until(what: string, { child, said }: Started, happened: () => boolean): Promise<void> {
  while (!happened()) {
    assert.is(child.exitCode, null, `it ended before ${what}: ${said()}`);
    await sleep(20);
  }
}

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** Waits for the end of the command and of all that it started; what does not end is named, and killed. */
async function assertNothingLeft(started: Started, what: string): Promise<number | null> {
  const patience = AbortSignal.timeout(60_000);
  const code = await Promise.race([started.ended, sleep(60_000, undefined, { ref: false })]);
  assert.ok(code !== undefined, `${what}: it hangs`);
  let left = processesOf(started.mark);
  while (left.length > 0 && !patience.aborted && left.length > 0) {
    await sleep(100);
    left = processesOf(started.mark);
  }
  const names = left.map((pid) => `${pid} ${commandLine(pid)}`);
  await killTree(started.mark);
  assert.equal(names, [], what);
  return code;
}

const ENDS: readonly (readonly NodeJS.Signals[])[] = [
  ['SIGINT'],
  ['SIGTERM'],
  ['SIGHUP'],
  ['SIGINT', 'SIGINT'],
  ['SIGKILL'],
];

async function send({ child }: Started, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    await sleep(50);
  }
}

test('whatever ends `trm run` while a kernel starts, nothing is left and the run can be resumed', async () => {
  await withTemporaryFolder(async (root) => {
    for (const signals of ENDS) {
      const what = signals.join(', ');
      const started = start(['run', 'tiny'], root);
      const kernels = (): boolean =>
        processesOf(started.mark).some((pid) => commandLine(pid).includes('workbench/kernel/main.js'));
      await until('a kernel started', started, kernels);
      await send(started, signals);
      const code = await assertNothingLeft(started, what);
      assert.is(code, signals[0] === 'SIGKILL' ? null : 130, `${what}: ${started.said()}`);
    }
    const folders = await listRuns(join(root, 'runs'));
    assert.is(folders.length, 1, 'each goes on with the run of the one before');
    assert.is(runState(folders[0]), 'unfinished');
    assert.is(await lockHolder(folders[0]), undefined);
  });
});

test('a training that is ended or killed leaves no process, and begins again', async () => {
  await withTemporaryFolder(async (root) => {
    for (const signals of [['SIGHUP'], ['SIGKILL'], ['SIGINT']] as const) {
      const what = signals.join(', ');
      const started = start(['train', 'sudoku-4x4'], root);
      await until('training began', started, () => / step \d+ loss/.test(started.said()));
      await send(started, signals);
      const code = await assertNothingLeft(started, what);
      assert.is(code, what === 'SIGKILL' ? null : 130, `${what}: ${started.said()}`);
    }
  });
});

test('a dataset that is ended at any of its steps leaves no critic, and the same command finishes it', async () => {
  await withTemporaryFolder(async (root) => {
    const [code, out] = [join(root, 'code'), join(root, 'dataset')];
    await mkdir(code);
    const functions = Array.from(
      { length: 60 },
      (_, i) => `def f${i}(a, b):\n    c = a + ${i}\n    return c * b\n`,
    );
    await writeFile(join(code, 'module.py'), functions.join('\n\n'));
    const command = ['data', 'generate', '--from', code, '--out', out, '--count', '200'];
    for (const signals of [['SIGINT'], ['SIGKILL']] as const) {
      const started = start(command, root);
      const critics = (): boolean =>
        processesOf(started.mark).some((pid) => commandLine(pid).includes('critic-worker.py'));
      await until('a critic started', started, critics);
      await send(started, signals);
      const ended = await assertNothingLeft(started, signals.join(', '));
      assert.is(ended, signals[0] === 'SIGKILL' ? null : 130, started.said());
      assert.not.ok(existsSync(join(out, 'manifest.json')));
    }
    const last = start(command, root);
    assert.is(await assertNothingLeft(last, 'the end'), 0, last.said());
    assert.ok(existsSync(join(out, 'manifest.json')));
  });
});

test.run();
